package dev.warrener.testbroker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Asks a Docker engine directly, with short time limits. Testcontainers waits for minutes if there
 * is no engine or no registry, so it is called only if this class finds both.
 */
final class DockerEngine {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final Duration PULL_LIMIT = Duration.ofMinutes(10);

  private static final Pattern REASON =
      Pattern.compile("\"(?:message|error)\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final SocketAddress address;
  private final Duration answerLimit;

  private DockerEngine(SocketAddress address, Duration answerLimit) {
    this.address = address;
    this.answerLimit = answerLimit;
  }

  /**
   * Finds the engine where Testcontainers would, and checks that it answers.
   *
   * @throws BrokerUnavailableException if there is none, or it doesn't answer within seconds
   */
  static DockerEngine find(Map<String, String> environment) throws BrokerUnavailableException {
    return find(environment, ANSWER_LIMIT);
  }

  static DockerEngine find(Map<String, String> environment, Duration answerLimit)
      throws BrokerUnavailableException {
    var address =
        address(environment)
            .orElseThrow(() -> new BrokerUnavailableException("no Docker engine runs", null));
    var engine = new DockerEngine(address, answerLimit);
    try {
      var answer = engine.ask("GET", "/_ping", answerLimit);
      if (answer.status != 200) {
        throw new IOException(answer.body.strip());
      }
      return engine;
    } catch (IOException e) {
      throw new BrokerUnavailableException(
          "no Docker engine answers at " + address + " (" + e.getMessage() + ")", e);
    }
  }

  /**
   * Pulls an image if it is not there, with one attempt.
   *
   * @throws BrokerUnavailableException if the image can't be pulled
   */
  void require(String image) throws BrokerUnavailableException {
    try {
      if (ask("GET", "/images/" + image + "/json", answerLimit).status == 200) {
        return;
      }
      var answer = ask("POST", "/images/create?fromImage=" + Address.escape(image), PULL_LIMIT);
      // A failed pull answers with 200 and says so in its last line.
      if (answer.status != 200 || answer.body.contains("\"error\"")) {
        throw new IOException(reason(answer.body));
      }
    } catch (IOException e) {
      throw new BrokerUnavailableException(
          "the image " + image + " is not there and can't be pulled (" + e.getMessage() + ")", e);
    }
  }

  private static Optional<SocketAddress> address(Map<String, String> environment) {
    var host = environment.get("DOCKER_HOST");
    if (host != null && !host.isBlank()) {
      var uri = URI.create(host);
      return switch (String.valueOf(uri.getScheme())) {
        case "unix" -> Optional.of(UnixDomainSocketAddress.of(uri.getPath()));
        case "tcp", "http" ->
            Optional.of(
                new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 2375 : uri.getPort()));
        default -> Optional.empty();
      };
    }
    return Stream.of(
            "/var/run/docker.sock",
            environment.getOrDefault("XDG_RUNTIME_DIR", "") + "/docker.sock",
            environment.getOrDefault("HOME", "") + "/.docker/run/docker.sock")
        .map(Path::of)
        .filter(Files::exists)
        .findFirst()
        .map(UnixDomainSocketAddress::of);
  }

  private record Answer(int status, String body) {}

  private Answer ask(String method, String path, Duration limit) throws IOException {
    try (var channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open()) {
      return within(limit, () -> exchange(channel, method, path));
    }
  }

  /** HTTP 1.0: the answer ends with the connection, and has no chunks. */
  private Answer exchange(SocketChannel channel, String method, String path) throws IOException {
    channel.connect(address);
    var request = method + " " + path + " HTTP/1.0\r\nHost: docker\r\nContent-Length: 0\r\n\r\n";
    channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    var bytes = new ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(8192);
    while (channel.read(buffer) >= 0) {
      bytes.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    var answer = bytes.toString(StandardCharsets.UTF_8);
    int end = answer.indexOf("\r\n\r\n");
    var status = answer.split(" ", 3);
    if (end < 0 || status.length < 3) {
      throw new IOException("it does not speak HTTP");
    }
    return new Answer(Integer.parseInt(status[1]), answer.substring(end + 4));
  }

  private static <T> T within(Duration limit, Callable<T> action) throws IOException {
    var task = new FutureTask<>(action);
    Thread.ofVirtual().name("docker").start(task);
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(Objects.requireNonNullElse(e.getCause(), e).getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Returns the error in the last line of a failed pull. */
  private static String reason(String body) {
    var lines = body.strip().lines().toList();
    var last = lines.isEmpty() ? "no reason given" : lines.getLast();
    var told = REASON.matcher(last);
    return told.find() ? told.group(1).replace("\\\"", "\"") : last;
  }
}
