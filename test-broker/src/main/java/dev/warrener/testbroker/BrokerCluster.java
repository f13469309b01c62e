package dev.warrener.testbroker;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/**
 * A RabbitMQ cluster of three nodes in Docker, for one test that breaks it; see {@link
 * Capability#CLUSTER}. The nodes are numbered from 0. Their addresses stay the same over {@link
 * #kill} and {@link #start}.
 */
public final class BrokerCluster implements AutoCloseable {
  private static final int NODES = 3;
  private static final int AMQP = 5672;
  private static final String USER = "warrener";
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Network network = Network.newNetwork();
  private final List<GenericContainer<?>> nodes = new ArrayList<>();
  private final List<URI> uris = new ArrayList<>();

  private BrokerCluster() {}

  /** Starts one; returns when every node takes connections and knows the others. */
  public static BrokerCluster launch() {
    var cluster = new BrokerCluster();
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
    configuration.append("cluster_partition_handling = pause_minority\n");
    configuration.append("cluster_formation.peer_discovery_backend = classic_config\n");
    for (int node = 0; node < NODES; node++) {
      configuration.append(
          "cluster_formation.classic_config.nodes.%d = rabbit@%s\n"
              .formatted(node + 1, host(node)));
    }
    for (int node = 0; node < NODES; node++) {
      add(node, cookie, password, configuration.toString());
    }
    // The first makes the cluster and the others join it: each waits for what it needs by itself.
    nodes.parallelStream().forEach(GenericContainer::start);
    for (var uri : uris) {
      awaitUp(uri);
    }
    Poll.until(
        "all nodes are in the cluster",
        START_LIMIT,
        () -> control(0, "eval", "length(rabbit_nodes:list_running()).").strip().equals("3"));
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

  private static void awaitUp(URI uri) {
    Poll.until("a node takes connections", START_LIMIT, () -> Handshake.succeeds(uri));
  }

  /** How many nodes there are. */
  public int size() {
    return NODES;
  }

  /** The address of a node. */
  public URI uri(int node) {
    return uris.get(node);
  }

  /** Ends a node by SIGKILL. */
  public void kill(int node) {
    DockerClientFactory.lazyClient()
        .killContainerCmd(nodes.get(node).getContainerId())
        .withSignal("KILL")
        .exec();
  }

  /** Starts a node again; returns when it takes connections. */
  public void start(int node) {
    DockerClientFactory.lazyClient().startContainerCmd(nodes.get(node).getContainerId()).exec();
    awaitUp(uris.get(node));
  }

  /** Runs rabbitmqctl on a node, and returns what it prints. */
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

  /** Removes all of it. Closing twice is fine. */
  @Override
  public void close() {
    nodes.parallelStream().forEach(GenericContainer::stop);
    network.close();
  }
}
