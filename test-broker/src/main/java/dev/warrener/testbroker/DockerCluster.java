package dev.warrener.testbroker;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/** A cluster of three containers. */
final class DockerCluster extends BrokerCluster {
  private static final int AMQP = 5672;
  private static final String USER = "warrener";

  private final Network network = Network.newNetwork();
  private final List<GenericContainer<?>> nodes = new ArrayList<>();
  private final List<URI> uris = new ArrayList<>();

  private DockerCluster() {}

  /** Starts one; returns when every node takes connections and knows the others. */
  static DockerCluster begun() {
    var cluster = new DockerCluster();
    try {
      cluster.begin();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void begin() {
    var cookie = UUID.randomUUID().toString();
    var password = UUID.randomUUID().toString();
    var configuration = new StringBuilder();
    configuration.append("default_user = %s\ndefault_pass = %s\n".formatted(USER, password));
    configuration.append(
        "vm_memory_high_watermark.absolute = %s\ndisk_free_limit.absolute = %s\n"
            .formatted(BrokerLimits.OF_TESTS.memory(), RabbitMqBroker.DISK_LIMIT));
    configuration.append(formation(names()));
    for (int node = 0; node < NODES; node++) {
      add(node, cookie, password, configuration.toString());
    }
    // The first makes the cluster and the others join it: each waits for what it needs by itself.
    nodes.parallelStream().forEach(GenericContainer::start);
    for (var uri : uris) {
      awaitUp(uri);
    }
    awaitWhole();
  }

  private static String host(int node) {
    return "node" + node;
  }

  private void add(int node, String cookie, String password, String configuration) {
    int port = FreePorts.next();
    var container =
        new GenericContainer<>(DockerBroker.image())
            .withNetwork(network)
            .withNetworkAliases(host(node))
            .withCreateContainerCmdModifier(command -> command.withHostName(host(node)))
            .withCopyToContainer(Transferable.of(cookie, 0400), "/var/lib/rabbitmq/.erlang.cookie")
            .withCopyToContainer(
                Transferable.of(configuration), "/etc/rabbitmq/conf.d/90-test-broker.conf");
    container.setPortBindings(List.of("127.0.0.1:" + port + ":" + AMQP));
    nodes.add(container);
    uris.add(
        Address.amqp(
            "amqp",
            USER,
            password,
            DockerClientFactory.instance().dockerHostIpAddress(),
            port,
            "/"));
  }

  @Override
  List<String> names() {
    return IntStream.range(0, NODES).mapToObj(node -> "rabbit@" + host(node)).toList();
  }

  @Override
  public URI uri(int node) {
    return uris.get(node);
  }

  @Override
  public void kill(int node) {
    DockerClientFactory.lazyClient()
        .killContainerCmd(nodes.get(node).getContainerId())
        .withSignal("KILL")
        .exec();
  }

  @Override
  public void start(int node) {
    DockerClientFactory.lazyClient().startContainerCmd(nodes.get(node).getContainerId()).exec();
    awaitUp(uris.get(node));
  }

  @Override
  public void freeze(int node) {
    DockerClientFactory.lazyClient().pauseContainerCmd(nodes.get(node).getContainerId()).exec();
  }

  @Override
  public void thaw(int node) {
    DockerClientFactory.lazyClient().unpauseContainerCmd(nodes.get(node).getContainerId()).exec();
  }

  @Override
  public String control(int node, String... arguments) {
    var command = new ArrayList<>(List.of("rabbitmqctl", "--silent"));
    command.addAll(List.of(arguments));
    try {
      var result =
          nodes.get(node).execInContainer(StandardCharsets.UTF_8, command.toArray(String[]::new));
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(
            command + " failed: " + result.getStdout() + result.getStderr());
      }
      return result.getStdout();
    } catch (IOException e) {
      throw new IllegalStateException(command + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command + " was interrupted", e);
    }
  }

  @Override
  public void close() {
    nodes.parallelStream().forEach(GenericContainer::stop);
    network.close();
  }
}
