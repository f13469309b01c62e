package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.BrokerCluster;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.Vhost;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of three nodes loses one while three controllers work and while a kill is settled. */
@NeedsRabbitMq(value = "a node of a cluster is killed", with = Capability.CLUSTER)
class ClusterIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final int TASKS = 60;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @Test
  void aNodeThatIsKilledUnderLoadLosesNoTaskAndAKillIsConfirmedAndItsFatesHold() {
    var journal = new Journal(folder.resolve("journal"));
    try (var cluster = BrokerCluster.launch();
        // Each controller prefers a node of its own, and has a balancer to the others.
        var wires = new Wires(cluster);
        var warrener = new Warrener(new Whole(wires.survivor), folder)) {
      var controllers = new ArrayList<Warrener.ControllerProcess>();
      for (int i = 0; i < 3; i++) {
        controllers.add(
            warrener.startController(
                wires.of(i).uri(),
                "c" + (i + 1),
                new String[] {"--queue", "mail=2", "--set", "queue.mail.look-ahead=0"}));
      }
      for (int i = 0; i < 3; i++) {
        warrener.awaitReady("c" + (i + 1));
      }
      assertThat(membersOf(cluster, "warrener.q.mail")).as("members of the queue").isEqualTo(3);
      var observer = new Observer(new Whole(wires.survivor));
      for (int i = 0; i < TASKS; i++) {
        observer.publishTask("mail", "t" + i, "journal", journal.beating(0.5), Map.of());
      }

      // Under load: the node of c1, which also hears c1's orders.
      await("tasks end").atMost(LONG).until(() -> journal.ends().size() > 5);
      cluster.kill(0);
      await("every task ends")
          .atMost(LONG)
          .until(() -> journal.ends().size() == TASKS && observer.waiting("mail") == 0);
      cluster.start(0);
      for (int i = 0; i < 3; i++) {
        warrener.awaitReady("c" + (i + 1));
      }

      // While a kill is being settled.
      for (int i = 0; i < 6; i++) {
        observer.publishTask("mail", "long-" + i, "journal", journal.beating(600), Map.of());
      }
      for (int i = 0; i < 4; i++) {
        observer.publishTask("mail", "wait-" + i, "journal", journal.beating(0.1), Map.of());
      }
      await("six run").atMost(LONG).until(() -> journal.unfinished().size() == 6);
      var running = new HashSet<>(journal.pids());
      var order = Uuid7.next();
      var kill =
          CompletableFuture.supplyAsync(() ->
              warrener.run(
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
      await("all have heard it")
          .atMost(LONG)
          .until(() -> controllers.stream().allMatch(one -> one.text().contains(order)));
      cluster.kill(1);
      var ran = kill.join();

      assertThat(running).as("after the command's end").noneMatch(Warrener::lives);
      Set<String> killed = new HashSet<>(journal.unfinished());
      assertThat(killed).hasSize(6);
      // Who lost the broker between its kill and the proof says so: status 3, never a false done.
      assertThat(ran.status()).as("%s%n%s", ran.out(), ran.err()).isIn(0, 3);
      cluster.start(1);
      await("resumed").atMost(LONG).until(() -> warrener.run("resume", "--all").status() == 0);
      await("what waited ends")
          .atMost(LONG)
          .until(() -> journal.ends().size() == TASKS + 4 && observer.waiting("mail") == 0);
      var again = journal.runs().stream().filter(run -> run.task().startsWith("long-")).toList();
      if (ran.status() == 0) {
        assertThat(again).as("purged and confirmed, so never again").hasSize(6);
      }
      assertThat(observer.takeDead("mail")).isEmpty();
      observer.close();
    }
  }

  private static int membersOf(BrokerCluster cluster, String queue) {
    return cluster
        .control(2, "list_queues", "name", "members")
        .lines()
        .filter(line -> line.startsWith(queue + "\t"))
        .map(line -> line.split(",", -1).length)
        .findFirst()
        .orElse(0);
  }

  /** A balancer for each controller, with another node first in each. */
  private static final class Wires implements AutoCloseable {
    private final FaultyWire[] wires = new FaultyWire[3];
    private final URI survivor;

    Wires(BrokerCluster cluster) {
      for (int i = 0; i < wires.length; i++) {
        wires[i] =
            new FaultyWire(
                cluster.uri(i), cluster.uri((i + 1) % wires.length), cluster.uri((i + 2) % 3));
      }
      survivor = cluster.uri(2);
    }

    FaultyWire of(int i) {
      return wires[i];
    }

    @Override
    public void close() {
      for (var wire : wires) {
        wire.close();
      }
    }
  }

  /** The whole cluster is the test's own. */
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
