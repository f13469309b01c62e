package dev.warrener.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.SystemConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An AMQP 0-9-1 broker inside this JVM: Apache Qpid Broker-J on a loopback port, with one user, a
 * random password, and all messages in memory. It writes no file; {@link #close} loses every
 * message. Until then it keeps the JVM alive. Several can run side by side. Thread-safe.
 *
 * <p>It is not RabbitMQ. It has no alarm either: an unbounded backlog ends in an {@link
 * OutOfMemoryError} (about 0.8 kB of heap for each small message).
 */
public final class EmbeddedBroker implements AutoCloseable {
  /** The text that a program which starts this broker shows to its user. */
  public static final String BANNER =
      "embedded broker: Apache Qpid Broker-J, in memory only, not RabbitMQ; its messages end with"
          + " this process";

  /** The longest time that {@link #close} waits. */
  static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final String HOST = "127.0.0.1";
  private static final String DEFAULT_USER = "warrener";

  /**
   * The work folder that the broker asks for. It is never made, because nothing is written. No
   * other user can have made it, because nobody can guess its name.
   */
  static final Path WORK_FOLDER =
      Path.of(
          System.getProperty("java.io.tmpdir"), "warrener-embedded-broker-" + UUID.randomUUID());

  private final SystemLauncher launcher;
  private final int port;
  private final String user;
  private final String password;
  private @Nullable Thread stopper;

  private EmbeddedBroker(SystemLauncher launcher, int port, String user, String password) {
    this.launcher = launcher;
    this.port = port;
    this.user = user;
    this.password = password;
  }

  /**
   * Starts a broker on a free port and returns when it accepts connections: about 2 s in a fresh
   * JVM, 0.1 s afterwards.
   *
   * @throws EmbeddedBrokerException if it can't start; then nothing of it is left
   */
  public static EmbeddedBroker start() {
    return start(0);
  }

  /**
   * Starts a broker on {@code port} (0: a free one) and returns when it accepts connections.
   *
   * @throws EmbeddedBrokerException if it can't start, for instance because the port is in use;
   *     then nothing of it is left
   */
  public static EmbeddedBroker start(int port) {
    return start(port, randomPassword());
  }

  /**
   * Starts a broker as {@link #start(int)} does, with a password of the caller's choice, to replace
   * one that was closed.
   *
   * @throws EmbeddedBrokerException if it can't start, for instance because the port is in use;
   *     then nothing of it is left
   */
  public static EmbeddedBroker start(int port, String password) {
    return start(port, DEFAULT_USER, password);
  }

  /**
   * Starts a broker on {@code port} (0: a free one) whose only user is {@code user}, and returns
   * when it accepts connections.
   *
   * @throws EmbeddedBrokerException if it can't start, for instance because the port is in use;
   *     then nothing of it is left
   */
  public static EmbeddedBroker start(int port, String user, String password) {
    return start(
        port,
        user,
        password,
        Objects.requireNonNull(
            EmbeddedBroker.class.getResource("broker.json"),
            "broker.json is missing from the jar"));
  }

  static EmbeddedBroker start(int port, String user, String password, URL configuration) {
    requireFree(port);
    surviveHousekeepingErrors();
    var startup = new Startup();
    var launcher = new SystemLauncher(startup);
    try {
      launcher.startup(attributes(port, user, password, configuration));
      return new EmbeddedBroker(launcher, startup.boundPort(), user, password);
    } catch (Throwable e) {
      // An Error, such as a missing class, leaves threads behind, too, that keep the JVM alive.
      launcher.shutdown();
      if (e instanceof EmbeddedBrokerException told) {
        throw told;
      }
      if (e instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      throw new EmbeddedBrokerException("the embedded broker could not start: " + e, e);
    }
  }

  /** Returns the address with user and password: {@code amqp://…@127.0.0.1:…/%2F}. */
  public URI uri() {
    return URI.create(
        "amqp://" + encode(user) + ":" + encode(password) + "@" + HOST + ":" + port + "/%2F");
  }

  /** Returns the loopback address that it listens on. */
  public String host() {
    return HOST;
  }

  /** Returns the TCP port that it listens on. */
  public int port() {
    return port;
  }

  /** Returns the name of its only user. */
  public String user() {
    return user;
  }

  /** Returns the password of {@link #user}; by default a new one in each run. */
  public String password() {
    return password;
  }

  /**
   * Stops the broker, which closes the connections of clients. Returns when the broker is gone, and
   * after 10 s at the latest. A connection that hangs inside the broker can delay its end by up to
   * 30 s; then the end goes on in the background. Closing twice is fine.
   */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      if (stopper == null) {
        stopper =
            Thread.ofPlatform().daemon().name("embedded-broker-stop").start(launcher::shutdown);
      }
      running = stopper;
    }
    try {
      if (!running.join(STOP_LIMIT)) {
        LOG.warn(
            "the embedded broker on port {} has not stopped within {} s: a connection hangs; it"
                + " ends in the background",
            port,
            STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "embedded broker on " + HOST + ":" + port;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Map<String, Object> attributes(
      int port, String user, String password, URL configuration) {
    var context =
        Map.ofEntries(
            Map.entry("warrener.host", HOST),
            Map.entry("warrener.port", Integer.toString(port)),
            Map.entry("warrener.user", user),
            Map.entry("warrener.password", password),
            // Stores in memory never touch it; with the default a folder "work" could appear.
            Map.entry("qpid.work_dir", WORK_FOLDER.toString()),
            // reject and nack without requeue discard or dead-letter; otherwise they requeue for
            // ever.
            Map.entry("queue.maximumDeliveryAttempts", "1"),
            // A header that can't be kept is refused at the publish, not dropped after a confirm.
            Map.entry("qpid.connection.forceValidation", "true"),
            // Seconds. The default proposes none.
            Map.entry("qpid.port.heartbeatDelay", "30"),
            // Milliseconds between looks at expired messages: the grain of delayed retries.
            Map.entry("virtualhost.housekeepingCheckPeriod", "1000"),
            Map.entry("qpid.port.sessionCountLimit", "2047"),
            // Milliseconds between looks at direct memory. A stop waits for the next one.
            Map.entry("qpid.compact_memory_interval", "200"),
            // One small machine, not a server: 33 threads instead of 95.
            Map.entry("qpid.port.amqp.threadPool.size", "4"),
            Map.entry("qpid.port.amqp.threadPool.numberOfSelectors", "1"),
            Map.entry("virtualhost.connectionThreadPool.size", "8"),
            Map.entry("virtualhost.connectionThreadPool.numberOfSelectors", "1"),
            Map.entry("virtualhost.housekeepingThreadCount", "1"));
    return Map.of(
        SystemConfig.TYPE,
        "Memory",
        SystemConfig.INITIAL_CONFIGURATION_LOCATION,
        configuration.toExternalForm(),
        SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT,
        "false",
        "preferenceStoreAttributes",
        "{\"type\":\"Noop\"}",
        "context",
        context);
  }

  /** The broker itself would come up without its port, and tell nobody but its log. */
  private static void requireFree(int port) {
    if (port < 0 || port > 65535) {
      throw new EmbeddedBrokerException("port must be 0 to 65535, not " + port, null);
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
    } catch (IOException e) {
      throw new EmbeddedBrokerException(portTaken(port), e);
    }
  }

  private static String portTaken(int port) {
    return "port "
        + port
        + " on "
        + HOST
        + " can't be used, probably because another program listens there: choose another port, or"
        + " 0 for a free one";
  }

  /**
   * Without a default handler the broker's housekeeping halts the whole JVM on an unexpected
   * exception. This one does what the JVM does by itself for any other thread.
   */
  private static synchronized void surviveHousekeepingErrors() {
    if (Thread.getDefaultUncaughtExceptionHandler() == null) {
      Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        error.printStackTrace();
      });
    }
  }

  private static String randomPassword() {
    var bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Receives the outcome of the start from the broker's own threads. */
  private static final class Startup extends DefaultSystemLauncherListener {
    private final AtomicReference<@Nullable SystemConfig<?>> system = new AtomicReference<>();
    private final AtomicReference<@Nullable RuntimeException> error = new AtomicReference<>();

    @Override
    public void onContainerResolve(SystemConfig<?> systemConfig) {
      system.set(systemConfig);
    }

    @Override
    public void errorOnStartup(RuntimeException e) {
      error.set(e);
    }

    int boundPort() {
      var failure = error.get();
      if (failure != null) {
        throw failure;
      }
      var started = system.get();
      if (started != null && started.getContainer() instanceof Broker<?> broker) {
        for (var port : broker.getPorts()) {
          if (port.getBoundPort() > 0) {
            return port.getBoundPort();
          }
          throw new EmbeddedBrokerException(portTaken(port.getPort()), null);
        }
      }
      throw new IllegalStateException("it has no port");
    }
  }
}
