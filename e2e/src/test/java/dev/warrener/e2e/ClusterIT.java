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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster of three nodes loses one while three controllers work and while a kill is settled. */
@NeedsRabbitMq(value = "a node of a cluster is killed", with = Capability.CLUSTER)
class ClusterIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int TASKS = 60;
  private static final List<String> IDS = List.of("c1", "c2", "c3");

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
