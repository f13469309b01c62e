package dev.warrener.testbroker;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.rabbitmq.RabbitMQContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * RabbitMQ in a container, by Testcontainers. Its ports on this side are fixed, so that its address
 * stays the same when the container is stopped and started. Thread-safe.
 */
final class DockerBroker extends RabbitMqBroker {
  /** The image that Testcontainers starts first, to clean up after a JVM that was killed. */
  static final String REAPER_IMAGE = "testcontainers/ryuk:0.14.0";

  private static final String DEFAULT_IMAGE = "rabbitmq:4-management";
  private static final int AMQP = 5672;
  private static final int HTTP = 15672;
  private static final int LAUNCH_ATTEMPTS = 3;
  private static final int STOP_SECONDS = 30;

  private final RabbitMQContainer container;
  private final String image;

  private DockerBroker(
      RabbitMQContainer container, String image, int amqpPort, int httpPort, BrokerLimits limits) {
    super(
        Address.amqp(
            "amqp",
            container.getAdminUsername(),
            container.getAdminPassword(),
            container.getHost(),
            amqpPort,
            "/"),
        URI.create("http://" + container.getHost() + ":" + httpPort),
        limits);
    this.container = container;
    this.image = image;
  }

  static DockerBroker launch() throws BrokerUnavailableException {
    return launch(BrokerLimits.OF_TESTS);
  }

  static DockerBroker launch(BrokerLimits limits) throws BrokerUnavailableException {
    var environment = System.getenv();
    var image = image();
    var engine = DockerEngine.find(environment);
    engine.require(image);
    if (!Boolean.parseBoolean(environment.get("TESTCONTAINERS_RYUK_DISABLED"))) {
      try {
        engine.require(REAPER_IMAGE);
      } catch (BrokerUnavailableException e) {
        throw new BrokerUnavailableException(
            e.getMessage() + "; TESTCONTAINERS_RYUK_DISABLED=true does without", e);
      }
    }
    // The ports were free when they were looked for; another process may have taken them since.
    for (int attempt = 1; ; attempt++) {
      try {
        return start(image, limits);
      } catch (RuntimeException e) {
        if (attempt == LAUNCH_ATTEMPTS || !portTaken(e)) {
          throw new BrokerUnavailableException(
              "RabbitMQ did not start in Docker: " + rootCause(e).getMessage(), e);
        }
      }
    }
  }

  /** The image that the tests run on. */
  static String image() {
    return System.getenv().getOrDefault("WARRENER_TEST_IMAGE", DEFAULT_IMAGE);
  }

  private static DockerBroker start(String image, BrokerLimits limits) {
    int amqp = FreePorts.next();
    int http = FreePorts.next();
    var container =
        new RabbitMQContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("rabbitmq"))
            .withCopyToContainer(
                Transferable.of(
                    "vm_memory_high_watermark.absolute = %s\ndisk_free_limit.absolute = %s\n"
                        .formatted(limits.memory(), DISK_LIMIT)),
                "/etc/rabbitmq/conf.d/90-test-broker.conf");
    var side = isThisMachine(container.getHost()) ? "127.0.0.1:" : "";
    container.setExposedPorts(List.of());
    container.setPortBindings(List.of(side + amqp + ":" + AMQP, side + http + ":" + HTTP));
    container.start();
    try {
      var broker = new DockerBroker(container, image, amqp, http, limits);
      broker.awaitUp();
      broker.readVersion();
      return broker;
    } catch (RuntimeException e) {
      container.stop();
      throw e;
    }
  }

  @Override
  public String description() {
    return "RabbitMQ " + version() + " (Docker, " + image + ", port " + uri().getPort() + ")";
  }

  @Override
  public void stop() {
    docker().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
  }

  @Override
  public void start() {
    docker().startContainerCmd(container.getContainerId()).exec();
    awaitUp();
  }

  @Override
  public void kill() {
    docker().killContainerCmd(container.getContainerId()).withSignal("KILL").exec();
    Poll.until(
        "the container has ended",
        START_LIMIT,
        () ->
            !Boolean.TRUE.equals(
                docker()
                    .inspectContainerCmd(container.getContainerId())
                    .exec()
                    .getState()
                    .getRunning()));
  }

  @Override
  public void pause() {
    docker().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    docker().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.stop();
  }

  @Override
  void control(String... arguments) {
    var command = Stream.concat(Stream.of("rabbitmqctl"), Stream.of(arguments)).toList();
    try {
      var result = container.execInContainer(command.toArray(String[]::new));
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(
            command + " failed: " + result.getStdout() + result.getStderr());
      }
    } catch (IOException e) {
      throw new IllegalStateException(command + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command + " was interrupted", e);
    }
  }

  @Override
  void requireRunning() {
    if (!container.isRunning()) {
      throw new IllegalStateException("its container has ended");
    }
  }

  private static DockerClient docker() {
    return DockerClientFactory.lazyClient();
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost") || host.equals("127.0.0.1");
  }

  private static boolean portTaken(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      var message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("port is already allocated") || message.contains("already in use")) {
        return true;
      }
    }
    return false;
  }

  private static Throwable rootCause(Throwable e) {
    var cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
