package dev.warrener.testbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineTest {
  private static final String OK = "HTTP/1.0 200 OK\r\n\r\n";
  private static final String NOT_FOUND = "HTTP/1.0 404 Not Found\r\n\r\n{}";

  private final ServerSocket server;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  DockerEngineTest() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void anEngineThatAnswersAndHasTheImageWillDo() throws Exception {
    answer(request -> OK);

    find().require("rabbitmq:4-management");

    assertThat(requests)
        .containsExactly("GET /_ping HTTP/1.0", "GET /images/rabbitmq:4-management/json HTTP/1.0");
  }

  @Test
  void aMissingImageIsPulled() throws Exception {
    answer(request -> request.contains("/json") ? NOT_FOUND : OK + "{\"status\":\"Pulled\"}\n");
    var engine = find();

    assertThatCode(() -> engine.require("rabbitmq:4-management")).doesNotThrowAnyException();
    assertThat(requests.getLast())
        .isEqualTo("POST /images/create?fromImage=rabbitmq%3A4-management HTTP/1.0");
  }

  @Test
  void anImageThatCanNotBePulledIsNamedWithTheReason() throws Exception {
    answer(request ->
        request.contains("/json")
            ? NOT_FOUND
            : OK
                + "{\"status\":\"Pulling\"}\n{\"errorDetail\":{},\"error\":\"Get \\\"x\\\": no such host\"}\n");
    var engine = find();

    assertThatThrownBy(() -> engine.require("rabbitmq:4-management"))
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("rabbitmq:4-management is not there")
        .hasMessageContaining("(Get \"x\": no such host)");
  }

  @Test
  void anEngineThatNeverAnswersIsGivenUpSoon() {
    assertThatThrownBy(() -> DockerEngine.find(environment(), Duration.ofMillis(50)))
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("no Docker engine answers")
        .hasMessageContaining("no answer within");
  }

  @Test
  void aRefusedConnectionIsNoEngine() throws Exception {
    server.close();

    assertThatThrownBy(this::find)
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("no Docker engine answers at");
  }

  @Test
  void anEngineThatRefusesUsSaysWhy() {
    answer(request -> "HTTP/1.0 403 Forbidden\r\n\r\nnot you\n");

    assertThatThrownBy(this::find)
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("(not you)");
  }

  @Test
  void aMissingSocketIsNoEngine(@TempDir Path empty) {
    assertThatThrownBy(
            () -> DockerEngine.find(Map.of("DOCKER_HOST", "unix://" + empty + "/docker.sock")))
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining("no Docker engine answers");
  }

  private DockerEngine find() throws BrokerUnavailableException {
    return DockerEngine.find(environment(), Duration.ofSeconds(30));
  }

  private Map<String, String> environment() {
    return Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + server.getLocalPort());
  }

  /** Answers each connection by its request line. */
  private void answer(Function<String, String> answers) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              try (var socket = server.accept()) {
                var in =
                    new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                var request = String.valueOf(in.readLine());
                requests.add(request);
                for (var line = in.readLine(); line != null && !line.isEmpty(); ) {
                  line = in.readLine();
                }
                socket
                    .getOutputStream()
                    .write(answers.apply(request).getBytes(StandardCharsets.UTF_8));
              }
            }
          } catch (SocketException e) {
            // The test has ended.
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
