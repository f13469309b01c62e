package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.OwnBroker;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code kill --local} while the broker does not answer, on real processes. */
@NeedsRabbitMq(
    value = "the embedded broker can't be frozen, and forgets its tasks when it is stopped",
    with = {Capability.FAULTS})
class WithoutBrokerIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static OwnBroker broker;

  private Vhost vhost;
  private CommandLineFleet fleet;
  private Path journal;

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.own();
  }

  @AfterAll
  static void endBroker() {
    broker.close();
  }

  @BeforeEach
  void prepare() {
    vhost = broker.freshVhost();
    fleet = new CommandLineFleet(vhost.uri(), vhost.namespace());
    journal = fleet.folder().resolve("journal");
    fleet.run("queue", "create", "mail").ends(0);
  }

  @AfterEach
  void end() {
    fleet.close();
    vhost.close();
  }

  @Test
  void frozenBrokerDelaysNoLocalKillAndItsHoldSurvivesTheController() throws Exception {
    var controller = fleet.startController("c1", 2, "--queue", "mail=2", "--set", "lease=60s");
    startJournals(2);
    var pids = workers();
    broker.pause();
    try {
      var killed = fleet.run("kill", "--local", "--all", "-y", "-m", "INC-42").ends(0);

      assertThat(killed.out()).contains("CONFIRMED").contains("2 workers dead");
      assertThat(pids).hasSize(2).noneMatch(LocalIT::lives);
      assertThat(killed.out()).contains("does not answer");

      LocalIT.signal(controller, "KILL");
      assertThat(controller.awaitEnd(LONG)).isTrue();
      fleet.launchController("c1", "--queue", "mail=2");
      await("it is there again and knows of the hold")
          .atMost(LONG)
          .until(() -> holds().contains("INC-42"));
      var again = fleet.run("kill", "--local", "--all", "-y", "-o", "json").ends(0).json();
      assertThat(again.at("/controllers/0/workers")).isEmpty();
    } finally {
      broker.resume();
    }
    await("it has the broker, and is held")
        .atMost(LONG)
        .until(() -> fleet.run("status").out().contains("held"));
    assertThat(workers()).isEmpty();
    assertThat(starts()).isEqualTo(2);
    fleet.run("resume", "--local", "--all").ends(0);
    await("both run again").atMost(LONG).until(() -> starts() == 4);
  }

  @Test
  void taskPurgedWithoutABrokerDoesNotRunHereAgain() throws Exception {
    var controller = fleet.startController("c1", 1, "--queue", "mail=1", "--set", "lease=60s");
    startJournals(1);
    var pids = workers();
    broker.stop();
    try {
      await("it has noticed").atMost(LONG).until(() -> state().equals("disconnected"));

      var killed =
          fleet
              .run(
                  "kill",
                  "--local",
                  "--queue",
                  "mail",
                  "--in-flight",
                  "purge",
                  "--then",
                  "hold",
                  "-y")
              .ends(3);

      assertThat(pids).hasSize(1).noneMatch(LocalIT::lives);
      assertThat(killed.err())
          .contains("the broker took it back; it is purged when it comes up here again");
      LocalIT.signal(controller, "KILL");
      assertThat(controller.awaitEnd(LONG)).isTrue();
    } finally {
      broker.start();
    }
    fleet.launchController("c1", "--queue", "mail=1");
    await("it is there again").atMost(LONG).until(() -> holds().contains("mail"));
    fleet.run("resume", "--local", "--queue", "mail").ends(0);
    await("ready").atMost(LONG).until(() -> fleet.count("idle", "c1") == 1);
    publishJournals(1);
    await("the one after it has run, and the queue is empty")
        .atMost(LONG)
        .until(() -> starts() == 2);
    assertThat(Files.readAllLines(journal).stream().filter(line -> line.startsWith("start")))
        .map(line -> line.split(" ", -1)[1])
        .doesNotHaveDuplicates();
  }

  private void publishJournals(int count) {
    fleet
        .run(
            "publish",
            "mail",
            "journal",
            "{\"file\":\"" + journal + "\",\"seconds\":60}",
            "--count",
            Integer.toString(count))
        .ends(0);
  }

  private void startJournals(int count) {
    publishJournals(count);
    await("started").atMost(LONG).until(() -> starts() == count);
  }

  private long starts() throws IOException {
    return Files.exists(journal)
        ? Files.readAllLines(journal).stream().filter(line -> line.startsWith("start")).count()
        : 0;
  }

  /** The processes of the workers, asked without the broker. */
  private List<Long> workers() {
    var pids = new ArrayList<Long>();
    for (var worker : fleet.run("ps", "--local", "-o", "json").ends(0).json()) {
      if (worker.has("pid")) {
        pids.add(worker.get("pid").longValue());
      }
    }
    return pids;
  }

  private String holds() {
    return fleet.run("status", "--local", "-o", "json").out();
  }

  private String state() {
    return fleet
        .run("status", "--local", "-o", "json")
        .ends(0)
        .json()
        .at("/controllers/0/state")
        .asString();
  }
}
