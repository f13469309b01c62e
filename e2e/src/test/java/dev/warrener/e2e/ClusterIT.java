package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.FaultyWire;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.BrokerCluster;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A cluster of three nodes of which one is killed, frozen or parted from the others, with a kill of
 * the fleet in the middle. Three controllers work, each over a node of its own as long as that
 * takes connections.
 */
@NeedsRabbitMq(value = "a node of a cluster is broken", with = Capability.CLUSTER)
class ClusterIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int TASKS = 60;
  private static final List<String> IDS = List.of("c1", "c2", "c3");

  /** How soon a kill reaches the controllers of the healthy nodes. A busy machine adds to it. */
  private static final Duration SOON = Duration.ofSeconds(12);

  /** A run ends with its lease, and the machine is busy. */
  private static final Duration LEASE = Duration.ofSeconds(15).plus(SOON);

  /** The node that is never killed. */
  private static final int SURVIVOR = 2;

  private static BrokerCluster cluster;

  @RegisterExtension
  private final TestFleet fleet = TestFleet.at(() -> new Whole(cluster.uri(SURVIVOR)));

  @BeforeAll
  static void launchCluster() {
    cluster = BrokerCluster.launch();
  }

  @AfterAll
  static void closeCluster() {
    cluster.close();
  }

  @Test
  void aNodeThatIsKilledUnderLoadLosesNoTaskAndAKillIsConfirmedAndItsFatesHold() {
    var journal = fleet.journal();
    var controllers = startControllers();
    assertThat(membersOf("warrener.q.mail")).as("members of the queue").isEqualTo(3);
    for (int i = 0; i < TASKS; i++) {
      fleet.publishBeating("mail", "t" + i, 0.5);
    }

    // Under load: the node that c1 is connected to.
    await("tasks end").atMost(LONG).until(() -> journal.ends().size() > 5);
    cluster.kill(0);
    await("every task ends")
        .atMost(LONG)
        .until(() -> journal.ends().size() == TASKS && fleet.observer().waiting("mail") == 0);
    cluster.start(0);
    awaitReady();

    // While a kill is being settled.
    for (int i = 0; i < 6; i++) {
      fleet.publishBeating("mail", "long-" + i, 600);
    }
    for (int i = 0; i < 4; i++) {
      fleet.publishBeating("mail", "wait-" + i, 0.1);
    }
    await("six run").atMost(LONG).until(() -> journal.unfinished().size() == 6);
    var running = new HashSet<>(journal.pids());
    var order = Uuid7.next();
    var kill =
        CompletableFuture.supplyAsync(() ->
            fleet.run(
                "kill",
                "--all",
                "--in-flight",
                "purge",
                "--grace",
                "3s",
                "--id",
                order,
                "--timeout",
                "60s",
                "-y"));
    await("all have received it")
        .atMost(LONG)
        .until(() -> controllers.stream().allMatch(one -> one.text().contains(order)));
    cluster.kill(1);
    var ran = kill.join();

    assertThat(running).as("after the command's end").noneMatch(ProcessTable::lives);
    Set<String> killed = new HashSet<>(journal.unfinished());
    assertThat(killed).hasSize(6);
    // A controller that lost the broker between kill and proof says so: status 3, no false done.
    assertThat(ran.status()).as("%s%n%s", ran.out(), ran.err()).isIn(0, 3);
    cluster.start(1);
    await("resumed").atMost(LONG).until(() -> fleet.run("resume", "--all").status() == 0);
    await("what waited ends")
        .atMost(LONG)
        .until(() -> journal.ends().size() == TASKS + 4 && fleet.observer().waiting("mail") == 0);
    var again = journal.runs().stream().filter(run -> run.task().startsWith("long-")).toList();
    if (ran.status() == 0) {
      assertThat(again).as("purged and confirmed, so never again").hasSize(6);
    }
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
  }

  static Stream<Duration> freezes() {
    // After a minute the others give the node up.
    return Boolean.getBoolean("warrener.cluster.long")
        ? Stream.of(Duration.ofSeconds(30), Duration.ofSeconds(90))
        : Stream.of(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @MethodSource("freezes")
  void killPassesByTheHealthyNodesWhileOneIsFrozenAndAllHearOrdersAfterwards(Duration time) {
    // The command's address has the frozen node first.
    killWhileBroken(() -> cluster.freeze(0), () -> cluster.thaw(0), time, address(0, 1, 2));
  }

  @Test
  void killPassesByTheHealthyNodesWhileOneIsPartedAndAllHearOrdersAfterwards() {
    killWhileBroken(
        () -> cluster.part(0), () -> cluster.join(0), Duration.ofSeconds(10), address(1, 2, 0));
  }

  /**
   * Kills the fleet while the node of c1 is broken, and once more when the node is well again.
   *
   * @param time how long the node is broken
   * @param address where the kill is given
   */
  private void killWhileBroken(
      Runnable breaking, Runnable healing, Duration time, String address) {
    startControllers();
    for (int i = 0; i < 6; i++) {
      fleet.publishBeating("mail", "long-" + i, 600);
    }
    fleet.awaitRunning(6);
    var ofHealthy = workersOf("c2", "c3");
    var all = fleet.journal().pids();

    long brokenAt = System.nanoTime();
    breaking.run();
    try {
      long killedAt = System.nanoTime();
      var kill =
          CompletableFuture.supplyAsync(() ->
              fleet.runAt(address, "kill", "--all", "--timeout", "10s", "-m", "INC-42", "-y"));
      await("the workers at healthy nodes are dead")
          .atMost(SOON)
          .until(() -> ofHealthy.stream().noneMatch(ProcessTable::lives));
      long deadAt = System.nanoTime();
      var ran = kill.join();
      System.err.printf(
          "[cluster] the healthy part was dead after %d ms; status %d after %d ms: %s%s%n",
          (deadAt - killedAt) / 1_000_000,
          ran.status(),
          (System.nanoTime() - killedAt) / 1_000_000,
          ran.out(),
          ran.err());
      if (ran.status() == 0) {
        assertThat(all).as("confirmed").noneMatch(ProcessTable::lives);
      } else {
        assertThat(ran.status()).as("%s%n%s", ran.out(), ran.err()).isEqualTo(124);
        assertThat(ran.err()).contains("warrener kill --local --all");
      }
      await("the runs at c1 end with their lease")
          .atMost(LEASE)
          .until(() -> all.stream().noneMatch(ProcessTable::lives));
      await("the node has been broken for long enough")
          .atMost(time.plus(LONG))
          .until(() -> System.nanoTime() - brokenAt > time.toNanos());
    } finally {
      healing.run();
    }

    await("all hear a resume")
        .atMost(LONG)
        .until(() -> {
          var resumed = fleet.run("resume", "--all");
          return resumed.status() == 0 && resumed.out().contains("3 of 3 controllers confirmed");
        });
    fleet.awaitRunning(6);
    var again = fleet.run("kill", "--all", "--in-flight", "purge", "-y", "-m", "INC-43");
    assertThat(again.status()).as("%s%n%s", again.out(), again.err()).isZero();
    assertThat(again.out()).contains("3 of 3 controllers confirmed, 6 workers dead");
    assertThat(fleet.journal().pids()).noneMatch(ProcessTable::lives);
    fleet.run("resume", "--all").succeeded();
  }

  /** Returns the address of the cluster with its nodes in this order. */
  private static String address(int... nodes) {
    var first = cluster.uri(nodes[0]);
    return first.getScheme()
        + "://"
        + first.getRawUserInfo()
        + "@"
        + IntStream.of(nodes)
            .mapToObj(cluster::uri)
            .map(node -> node.getHost() + ":" + node.getPort())
            .collect(Collectors.joining(","))
        + first.getRawPath();
  }

  private List<Long> workersOf(String... ids) {
    return Stream.of(ids)
        .flatMap(id -> Objects.requireNonNull(fleet.presence(id), id).workers().stream())
        .map(worker -> Objects.requireNonNull(worker.pid(), "a worker without a process"))
        .toList();
  }

  private List<ControllerProcess> startControllers() {
    var controllers = new ArrayList<ControllerProcess>();
    for (int i = 0; i < IDS.size(); i++) {
      controllers.add(
          fleet.startControllerAt(
              balancer(i).uri(),
              IDS.get(i),
              "--queue",
              "mail=2",
              "--set",
              "queue.mail.look-ahead=0"));
    }
    awaitReady();
    return controllers;
  }

  private void awaitReady() {
    fleet.awaitReady(IDS.toArray(String[]::new));
  }

  /** Returns a balancer for one controller: it prefers a node of its own and has the others too. */
  private FaultyWire balancer(int i) {
    int nodes = cluster.size();
    return fleet.closing(
        new FaultyWire(cluster.uri(i), cluster.uri((i + 1) % nodes), cluster.uri((i + 2) % nodes)));
  }

  private static int membersOf(String queue) {
    return cluster
        .control(SURVIVOR, "list_queues", "name", "members")
        .lines()
        .filter(line -> line.startsWith(queue + "\t"))
        .map(line -> line.split(",", -1).length)
        .findFirst()
        .orElse(0);
  }

  /** The whole cluster, as a place of the test's own. */
  private record Whole(URI uri) implements Vhost {
    @Override
    public String namespace() {
      return "warrener";
    }

    @Override
    public URI createUser(
        String name, String password, String configure, String write, String read) {
      throw new UnsupportedOperationException("one user is enough here");
    }

    @Override
    public void close() {}
  }
}
