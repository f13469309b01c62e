package dev.warrener.testbroker;

import dev.warrener.testbroker.PrivateNode.Membership;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** A cluster of three private nodes. */
final class PrivateCluster extends BrokerCluster {
  private final List<String> names;
  private final List<PrivateNode> nodes = new ArrayList<>();

  private PrivateCluster(List<String> names) {
    this.names = names;
  }

  static PrivateCluster begun() {
    var id = UUID.randomUUID().toString().substring(0, 8);
    var names =
        IntStream.range(0, NODES)
            .mapToObj(node -> "warrener-" + id + "-" + node + "@localhost")
            .toList();
    var cluster = new PrivateCluster(names);
    try {
      cluster.begin();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void begin() {
    int epmd = FreePorts.next();
    var cookie = UUID.randomUUID().toString();
    var password = UUID.randomUUID().toString();
    // The first makes the cluster and the others join it: each waits for what it needs by itself.
    try (var threads = Executors.newFixedThreadPool(NODES)) {
      var starting =
          IntStream.range(0, NODES)
              .mapToObj(node ->
                  CompletableFuture.supplyAsync(
                      () ->
                          launch(
                              new Membership(
                                  epmd, cookie, password, names.get(node), formation(names))),
                      threads))
              .toList();
      CompletionException failure = null;
      for (var node : starting) {
        try {
          nodes.add(node.join());
        } catch (CompletionException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
    awaitWhole();
  }

  private static PrivateNode launch(Membership membership) {
    try {
      return PrivateNode.launch(BrokerLimits.OF_TESTS, membership);
    } catch (BrokerUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  List<String> names() {
    return names;
  }

  @Override
  public URI uri(int node) {
    return nodes.get(node).uri();
  }

  @Override
  public void kill(int node) {
    nodes.get(node).kill();
  }

  @Override
  public void start(int node) {
    nodes.get(node).start();
  }

  @Override
  public void freeze(int node) {
    nodes.get(node).pause();
  }

  @Override
  public void thaw(int node) {
    nodes.get(node).resume();
  }

  @Override
  public String control(int node, String... arguments) {
    return nodes.get(node).ask(arguments);
  }

  @Override
  public void close() {
    // The first has the mapper of names that the others use.
    nodes.reversed().forEach(PrivateNode::close);
  }
}
