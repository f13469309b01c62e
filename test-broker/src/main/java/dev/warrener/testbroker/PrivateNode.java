package dev.warrener.testbroker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ node from this machine's own installation, on free loopback ports, with everything it
 * writes in one temporary folder. It runs as the user who runs the tests, root or not, touches no
 * system node, and ends with this JVM, in whatever way the JVM ends. Thread-safe.
 */
final class PrivateNode extends RabbitMqBroker {
  /** The scripts of Debian's package. Those on the PATH change the user, and refuse most users. */
  private static final Path DEBIAN = Path.of("/usr/lib/rabbitmq/bin");

  private static final String USER = "warrener";
  private static final int CONTROL_PORTS = 10;
  private static final int LAUNCH_ATTEMPTS = 3;

  private final Path folder;
  private final Map<String, String> environment;
  private final Path control;
  private final Process guard;
  private final Writer verbs;
  private final BufferedReader answers;

  private PrivateNode(
      URI uri,
      URI management,
      BrokerLimits limits,
      Path folder,
      Map<String, String> environment,
      Path control,
      Process guard) {
    super(uri, management, limits);
    this.folder = folder;
    this.environment = environment;
    this.control = control;
    this.guard = guard;
    this.verbs = new OutputStreamWriter(guard.getOutputStream(), StandardCharsets.UTF_8);
    this.answers = guard.inputReader(StandardCharsets.UTF_8);
  }

  static PrivateNode launch() throws BrokerUnavailableException {
    return launch(BrokerLimits.OF_TESTS);
  }

  static PrivateNode launch(BrokerLimits limits) throws BrokerUnavailableException {
    return launch(limits, null);
  }

  /**
   * The place of a node in a cluster.
   *
   * @param epmdPort the port of the mapper of names that all nodes share
   * @param cookie what all nodes have to know
   * @param password of the user whom all nodes have
   * @param name the node's name
   * @param settings the settings with which nodes make a cluster
   */
  record Membership(int epmdPort, String cookie, String password, String name, String settings) {}

  /** Starts a node that is a member of a cluster, or of none. */
  static PrivateNode launch(BrokerLimits limits, @Nullable Membership membership)
      throws BrokerUnavailableException {
    var server =
        find("rabbitmq-server")
            .orElseThrow(() ->
                new BrokerUnavailableException("there is no rabbitmq-server on the PATH", null));
    var epmd =
        find("epmd")
            .orElseThrow(
                () -> new BrokerUnavailableException("there is no epmd on the PATH", null));
    // The ports were free when they were looked for; another process may have taken them since.
    for (int attempt = 1; ; attempt++) {
      try {
        return launch(server, epmd, limits, membership);
      } catch (IOException | IllegalStateException e) {
        if (attempt == LAUNCH_ATTEMPTS) {
          throw new BrokerUnavailableException(
              "a private node of " + server + " did not start: " + e.getMessage(), e);
        }
      }
    }
  }

  private static PrivateNode launch(
      Path server, Path epmd, BrokerLimits limits, @Nullable Membership membership)
      throws IOException {
    var folder = Files.createTempDirectory("warrener-rabbitmq-");
    int amqp = FreePorts.next();
    int http = FreePorts.next();
    int distribution = FreePorts.next();
    int epmdPort = membership == null ? FreePorts.next() : membership.epmdPort();
    int controlPorts = FreePorts.first(CONTROL_PORTS);
    var password = membership == null ? UUID.randomUUID().toString() : membership.password();
    if (membership != null) {
      var cookie = Files.writeString(folder.resolve(".erlang.cookie"), membership.cookie());
      Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
    }

    Files.writeString(
        folder.resolve("rabbitmq.conf"),
        """
        listeners.tcp.1 = 127.0.0.1:%d
        management.tcp.ip = 127.0.0.1
        management.tcp.port = %d
        default_user = %s
        default_pass = %s
        log.file.level = warning
        vm_memory_high_watermark.absolute = %s
        disk_free_limit.absolute = %s
        %s"""
            .formatted(
                amqp,
                http,
                USER,
                password,
                limits.memory(),
                DISK_LIMIT,
                membership == null ? "" : membership.settings()));
    Files.writeString(folder.resolve("enabled_plugins"), "[rabbitmq_management].\n");
    Files.createFile(folder.resolve("rabbitmq-env.conf"));
    Files.createDirectory(folder.resolve("conf.d"));
    var script = folder.resolve("private-node.sh");
    try (InputStream source = PrivateNode.class.getResourceAsStream("private-node.sh")) {
      Files.copy(Objects.requireNonNull(source, "private-node.sh is missing"), script);
    }

    var own = new TreeMap<String, String>();
    own.put("HOME", folder.toString());
    own.put(
        "RABBITMQ_NODENAME",
        membership == null ? folder.getFileName() + "@localhost" : membership.name());
    own.put("RABBITMQ_DIST_PORT", Integer.toString(distribution));
    own.put("RABBITMQ_CTL_DIST_PORT_MIN", Integer.toString(controlPorts));
    own.put("RABBITMQ_CTL_DIST_PORT_MAX", Integer.toString(controlPorts + CONTROL_PORTS - 1));
    own.put("ERL_EPMD_PORT", Integer.toString(epmdPort));
    own.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    own.put("RABBITMQ_CONF_ENV_FILE", folder.resolve("rabbitmq-env.conf").toString());
    own.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
    own.put("RABBITMQ_CONFIG_FILES", folder.resolve("conf.d").toString());
    own.put("RABBITMQ_ADVANCED_CONFIG_FILE", folder.resolve("advanced.config").toString());
    own.put("RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("enabled_plugins").toString());
    own.put("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString());
    own.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
    own.put("RABBITMQ_GENERATED_CONFIG_DIR", folder.resolve("generated").toString());
    own.put("RABBITMQ_SCHEMA_DIR", folder.resolve("schema").toString());
    own.put("RABBITMQ_PLUGINS_EXPAND_DIR", folder.resolve("plugins").toString());
    own.put("RABBITMQ_PID_FILE", folder.resolve("pid").toString());
    own.put(
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
        "-kernel inet_dist_use_interface {127,0,0,1}" + schedulers(limits));

    var builder =
        new ProcessBuilder(
            "bash",
            script.toString(),
            folder.toString(),
            epmd.toString(),
            Integer.toString(epmdPort),
            server.toString());
    builder.directory(folder.toFile());
    builder.redirectError(folder.resolve("guard.log").toFile());
    use(own, builder.environment());

    var node =
        new PrivateNode(
            Address.amqp("amqp", USER, password, "127.0.0.1", amqp, "/"),
            URI.create("http://127.0.0.1:" + http),
            limits,
            folder,
            own,
            server.resolveSibling("rabbitmqctl"),
            builder.start());
    try {
      node.awaitUp();
      node.readVersion();
      return node;
    } catch (RuntimeException e) {
      var told = new IllegalStateException(e.getMessage() + node.lastWords(), e);
      node.close();
      throw told;
    }
  }

  private static String schedulers(BrokerLimits limits) {
    int count = limits.schedulers();
    return count == 0 ? "" : " +S " + count + ":" + count;
  }

  @Override
  public String description() {
    return "RabbitMQ " + version() + " (a private node on port " + uri().getPort() + ")";
  }

  @Override
  public void stop() {
    tell("stop");
  }

  @Override
  public void start() {
    tell("start");
    awaitUp();
  }

  @Override
  public void kill() {
    tell("kill");
  }

  @Override
  public void pause() {
    tell("pause");
  }

  @Override
  public void resume() {
    tell("resume");
  }

  @Override
  public void close() {
    try {
      verbs.close();
      if (!guard.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the private node has not ended within 60 s");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  void control(String... arguments) {
    ask(arguments);
  }

  /** Runs rabbitmqctl for this node, and returns what it prints; fails unless it succeeds. */
  String ask(String... arguments) {
    var command =
        Stream.concat(Stream.of(control.toString(), "--silent"), Stream.of(arguments)).toList();
    var builder = new ProcessBuilder(command);
    use(environment, builder.environment());
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    try {
      var process = builder.start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " failed: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command + " was interrupted", e);
    }
  }

  @Override
  void requireRunning() {
    if (!guard.isAlive()) {
      throw new IllegalStateException("its guard has ended");
    }
  }

  private synchronized void tell(String verb) {
    try {
      verbs.write(verb + "\n");
      verbs.flush();
      if (!"done".equals(answers.readLine())) {
        throw new IllegalStateException("the private node's guard has ended");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the end of the node's output, for the error of a failed start. */
  private String lastWords() {
    try {
      var console = folder.resolve("console.log");
      if (!Files.exists(console)) {
        return "";
      }
      List<String> lines = Files.readAllLines(console, StandardCharsets.UTF_8);
      return lines.isEmpty()
          ? ""
          : "; it said: "
              + String.join(" | ", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  /** Removes settings for other nodes from the environment, and adds this node's own. */
  private static void use(Map<String, String> own, Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(name ->
            name.startsWith("RABBITMQ_")
                || name.startsWith("ERL_")
                || name.equals("NOTIFY_SOCKET"));
    environment.putAll(own);
  }

  private static Optional<Path> find(String program) {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Stream.of(DEBIAN),
            Stream.of(path.split(":", -1)).filter(s -> !s.isEmpty()).map(Path::of))
        .map(directory -> directory.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
