package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.testbroker.BrokerCluster;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
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
 * answers. With {@code -Dwarrener.cluster.long=true} a node is frozen for 90 s, too.
 */
@NeedsRabbitMq(value = "a node of a cluster is broken", with = Capability.CLUSTER)
class ClusterIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int TASKS = 60;
  private static final List<String> IDS = List.of("c1", "c2", "c3");

  /** How soon a kill is carried out at the healthy nodes. */
  private static final Duration SOON = Duration.ofSeconds(15);

  /** A run ends with its lease. A busy machine adds to it. */
  private static final Duration LEASE = Duration.ofSeconds(15).plus(SOON);

  /** The node that is broken, on which c1 is. */
  private static final int BROKEN = 0;

  /** The node that is never broken. */
  private static final int SURVIVOR = 2;

  private static BrokerCluster cluster;

  @RegisterExtension
  private final TestFleet fleet = TestFleet.at(() -> new Whole(cluster.uri(SURVIVOR)));

  @BeforeAll
  static void launchCluster() {
    cluster = BrokerCluster.launch();
    // The streams are led by the node at which they were made.
    var access =
        BrokerAccess.of(
            BrokerAddress.parse(cluster.uri(SURVIVOR).toString()),
            new Namespace("warrener"),
            "cluster test");
    try (var session = BrokerSession.open(access)) {
      session.topology().declareFleet();
    }
  }

  @AfterAll
  static void closeCluster() {
    cluster.close();
  }

  @Test
  void aNodeThatIsKilledUnderLoadLosesNoTaskAndAKillIsConfirmedAndItsFatesHold() {
    var journal = fleet.journal();
    var controllers = startControllers("mail");
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

  /** The ways in which the node of c1 is broken, each with the time for which it stays so. */
  enum Breakage {
    KILLED(Duration.ZERO),
    FROZEN_30_S(Duration.ofSeconds(30)),
    /** After a minute the others give a frozen node up. */
    FROZEN_90_S(Duration.ofSeconds(90)),
    PARTED(Duration.ofSeconds(10));

    private final Duration time;

    Breakage(Duration time) {
      this.time = time;
    }

    void begin() {
      switch (this) {
        case KILLED -> cluster.kill(BROKEN);
        case FROZEN_30_S, FROZEN_90_S -> cluster.freeze(BROKEN);
        case PARTED -> cluster.part(BROKEN);
      }
    }

    void end() {
      switch (this) {
        case KILLED -> cluster.start(BROKEN);
        case FROZEN_30_S, FROZEN_90_S -> cluster.thaw(BROKEN);
        case PARTED -> cluster.join(BROKEN);
      }
      cluster.awaitWhole();
    }
  }

  static Stream<Breakage> breakages() {
    return Stream.of(Breakage.values())
        .filter(one -> one != Breakage.FROZEN_90_S || Boolean.getBoolean("warrener.cluster.long"));
  }

  @ParameterizedTest
  @MethodSource("breakages")
  void killWhileNodeIsBrokenIsConfirmedByTheOthersNamesTheRestAndAllHearOrdersAfterwards(
      Breakage breakage) {
    var queue = breakage.name().toLowerCase(Locale.ROOT);
    var c1 = startControllers(queue).getFirst();
    // A cell that failed before may have left a hold.
    fleet.run("resume", "--all").succeeded();
    for (int i = 0; i < 6; i++) {
      fleet.publishBeating(queue, "long-" + i, 600);
    }
    fleet.awaitRunning(6);
    var ofHealthy = workersOf("c2", "c3");
    var all = fleet.journal().pids();

    var order = Uuid7.next();
    long brokenAt = System.nanoTime();
    breakage.begin();
    try {
      killWhileBroken(order, ofHealthy);
      if (breakage != Breakage.PARTED) {
        awaitThatItIsKnownAtC1(c1, order);
        awaitEndOf(all);
      }
      await("the node has been broken for long enough")
          .atMost(breakage.time.plus(LONG))
          .until(() -> System.nanoTime() - brokenAt > breakage.time.toNanos());
    } finally {
      breakage.end();
    }
    // A node of RabbitMQ 4 that is parted from the others goes on to serve its own clients.
    awaitThatItIsKnownAtC1(c1, order);
    awaitEndOf(all);

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

  /** Kills the fleet by an address that has the broken node first. */
  private void killWhileBroken(String order, List<Long> ofHealthy) {
    long killedAt = System.nanoTime();
    var kill =
        CompletableFuture.supplyAsync(() ->
            fleet.runAt(
                address(0, 1, 2),
                "kill",
                "--all",
                "--timeout",
                "10s",
                "-m",
                "INC-42",
                "--id",
                order,
                "-y"));
    await("the workers at healthy nodes are dead")
        .atMost(SOON)
        .until(() -> ofHealthy.stream().noneMatch(ProcessTable::lives));
    long deadAt = System.nanoTime();
    var ran = kill.join();
    var said = ran.out() + ran.err();
    System.err.printf(
        "[cluster] the healthy part was dead after %d ms; status %d after %d ms%n%s%n",
        (deadAt - killedAt) / 1_000_000,
        ran.status(),
        (System.nanoTime() - killedAt) / 1_000_000,
        said);
    // RabbitMQ can still count the consumers that were connected to a node that is away.
    assertThat(ran.out()).containsPattern("[23] of [34] controllers confirmed, [46] workers dead");
    if (ran.status() != 0) {
      assertThat(ran.status()).as(said).isEqualTo(124);
      assertThat(ran.err())
          .containsAnyOf(
              "c1 has not answered",
              "counts 1 more controller",
              "counts 1 controller that still runs")
          .contains("warrener kill --local --all");
    }
  }

  private void awaitThatItIsKnownAtC1(ControllerProcess c1, String order) {
    await("c1 has received the order, or says that it receives none")
        .atMost(LEASE)
        .until(() -> c1.text().contains(order) || saysThatItIsDeaf("c1"));
  }

  private static void awaitEndOf(Set<Long> runs) {
    await("the runs end with the order, or with their lease")
        .atMost(LEASE)
        .until(() -> runs.stream().noneMatch(ProcessTable::lives));
  }

  private boolean saysThatItIsDeaf(String id) {
    var presence = fleet.presence(id);
    var problems = presence == null ? null : presence.problems();
    return problems != null
        && problems.stream().anyMatch(problem -> problem.contains("no order can reach it"));
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

  private List<ControllerProcess> startControllers(String queue) {
    int nodes = cluster.size();
    var controllers = new ArrayList<ControllerProcess>();
    for (int i = 0; i < IDS.size(); i++) {
      controllers.add(
          fleet.startControllerAt(
              address(i, (i + 1) % nodes, (i + 2) % nodes),
              IDS.get(i),
              "--queue",
              queue + "=2",
              "--set",
              "queue." + queue + ".look-ahead=0"));
    }
    awaitReady();
    return controllers;
  }

  private void awaitReady() {
    fleet.awaitReady(IDS.toArray(String[]::new));
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
