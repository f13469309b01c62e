package dev.warrener.testbroker;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A RabbitMQ cluster of three nodes, for one test that breaks it; see {@link Capability#CLUSTER}.
 * The nodes are of the kind that the other tests run on, and numbered from 0. Their addresses stay
 * the same over {@link #kill} and {@link #start}.
 */
public abstract class BrokerCluster implements AutoCloseable {
  static final int NODES = 3;
  static final Duration START_LIMIT = Duration.ofMinutes(3);

  /** Versions before 3.11 have the second function alone. */
  private static final String RUNNING_NODES =
      """
      length(case erlang:function_exported(rabbit_nodes, list_running, 0) of
        true -> rabbit_nodes:list_running();
        false -> rabbit_mnesia:cluster_nodes(running)
      end).""";

  /** Starts one; returns when every node takes connections and knows the others. */
  public static BrokerCluster launch() {
    return TestBroker.get() instanceof PrivateNode
        ? PrivateCluster.begun()
        : DockerCluster.begun();
  }

  /** Returns the settings with which nodes of these names make a cluster by themselves. */
  static String formation(List<String> names) {
    var settings = new StringBuilder();
    settings.append("cluster_partition_handling = pause_minority\n");
    settings.append("cluster_formation.peer_discovery_backend = classic_config\n");
    for (int node = 0; node < names.size(); node++) {
      settings.append(
          "cluster_formation.classic_config.nodes.%d = %s\n".formatted(node + 1, names.get(node)));
    }
    return settings.toString();
  }

  static void awaitUp(URI uri) {
    Poll.until("a node takes connections", START_LIMIT, () -> Handshake.succeeds(uri));
  }

  /** Waits until each node runs and knows all others. */
  public final void awaitWhole() {
    for (int node = NODES - 1; node >= 0; node--) {
      int asked = node;
      Poll.until("all nodes are in the cluster", START_LIMIT, () -> knowsAll(asked));
    }
  }

  private boolean knowsAll(int node) {
    try {
      return control(node, "eval", RUNNING_NODES).strip().equals(String.valueOf(NODES));
    } catch (IllegalStateException e) {
      // It restarts, because it was parted from the others.
      return false;
    }
  }

  /** The names by which the nodes know each other. */
  abstract List<String> names();

  /** How many nodes there are. */
  public final int size() {
    return NODES;
  }

  /** The address of a node. */
  public abstract URI uri(int node);

  /** Ends a node by SIGKILL. */
  public abstract void kill(int node);

  /** Starts a node again; returns when it takes connections. */
  public abstract void start(int node);

  /** Freezes a node: its connections stay, to clients and to other nodes, and nothing answers. */
  public abstract void freeze(int node);

  /** Lets a frozen node go on. */
  public abstract void thaw(int node);

  /** Runs rabbitmqctl on a node, and returns what it prints. */
  public abstract String control(int node, String... arguments);

  /**
   * Parts a node from the others, which notice it at once: they can't connect to each other.
   * Clients reach both sides.
   */
  public final void part(int node) {
    // A cookie that only this node uses, and only for the others.
    control(
        node, "eval", forOthers(node, "erlang:set_cookie(N, apart), erlang:disconnect_node(N)"));
  }

  /** Ends {@link #part}. Returns at once. */
  public final void join(int node) {
    control(
        node,
        "eval",
        forOthers(node, "erlang:set_cookie(N, erlang:get_cookie()), net_kernel:connect_node(N)"));
  }

  private String forOthers(int node, String action) {
    var others = new ArrayList<>(names());
    others.remove(node);
    return "[begin "
        + action
        + " end || N <- ["
        + String.join(", ", others.stream().map(name -> "'" + name + "'").toList())
        + "]].";
  }

  /** Removes all of it. Closing twice is fine. */
  @Override
  public abstract void close();
}
