package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Three controllers of four workers each, 200 sleeping tasks, {@code kill --all}: each fate. */
class KillAllIT {
  private static final int TASKS = 200;
  private static final Duration LONG = Duration.ofMinutes(2);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @BeforeEach
  void startFleet() {
    for (var id : List.of("c1", "c2", "c3")) {
      fleet.startController(id, "--queue", "mail=4", "--set", "queue.mail.look-ahead=0");
    }
    fleet.awaitReady("c1", "c2", "c3");
    // Twelve that last longer than a kill takes here, and behind them those that wait.
    for (int i = 0; i < 12; i++) {
      publish(i, 15);
    }
    await("twelve tasks run").atMost(LONG).until(() -> fleet.journal().unfinished().size() == 12);
    for (int i = 12; i < TASKS; i++) {
      publish(i, 0.2);
    }
  }

  private void publish(int number, double seconds) {
    fleet.publish("mail", "task-" + number, seconds);
  }

  @Test
  void requeueKeepsEveryTaskAndEachRunsOnceMoreUncharged() {
    var killed = kill("requeue");

    await("all that had not ended waits again")
        .atMost(LONG)
        .until(() -> fleet.observer().waiting("mail") == TASKS - fleet.journal().ends().size());
    fleet.run("resume", "--all").succeeded();
    await("every task ends").atMost(LONG).until(() -> fleet.journal().ends().size() == TASKS);

    assertThat(fleet.journal().ends().values()).as("each ended once").containsOnly(1);
    assertThat(fleet.journal().starts())
        .as("no attempt was charged")
        .allMatch(start -> start.attempt() == 1);
    for (var task : killed) {
      assertThat(fleet.journal().starts())
          .filteredOn(start -> start.task().equals(task))
          .hasSize(2);
    }
  }

  @Test
  void purgeDropsExactlyTheTasksInFlight() {
    var killed = kill("purge");

    assertThat(fleet.observer().waiting("mail"))
        .isEqualTo(TASKS - fleet.journal().ends().size() - killed.size());
    fleet.run("resume", "--all").succeeded();
    await("every other task ends")
        .atMost(LONG)
        .until(() -> fleet.journal().ends().size() == TASKS - killed.size());

    assertThat(fleet.observer().waiting("mail")).isZero();
    for (var task : killed) {
      assertThat(fleet.journal().ends()).doesNotContainKey(task);
      assertThat(fleet.journal().starts())
          .filteredOn(start -> start.task().equals(task))
          .hasSize(1);
    }
  }

  @Test
  void deadLetterMovesExactlyTheTasksInFlightWithTheOrdersIdAndReason() {
    var killed = kill("dead-letter");

    var dead = fleet.observer().takeDead("mail");
    assertThat(dead)
        .extracting(message -> message.getProps().getMessageId())
        .containsExactlyInAnyOrderElementsOf(killed);
    assertThat(dead)
        .allSatisfy(message -> {
          assertThat(Observer.headers(message))
              .containsEntry("x-dead-reason", "killed")
              .containsEntry("x-dead-order", lastOrder);
          assertThat(Observer.header(message, "x-dead-detail")).contains("INC-42");
        });
    assertThat(fleet.observer().waiting("mail"))
        .isEqualTo(TASKS - fleet.journal().ends().size() - killed.size());
  }

  private String lastOrder = "";

  /** Kills all, checks what an observer can see, and returns the tasks that were running. */
  private Set<String> kill(String fate) {
    var pids = fleet.journal().pids();
    assertThat(pids).hasSize(12);

    var ran =
        fleet
            .run("kill", "--all", "--in-flight", fate, "-m", "INC-42", "-y", "-o", "json")
            .succeeded();

    for (long pid : pids) {
      assertThat(ProcessTable.lives(pid)).as("worker %s lives", pid).isFalse();
    }
    JsonNode report = JsonMapper.shared().readTree(ran.out());
    lastOrder = report.get("order").get("id").asString();
    assertThat(report.get("exitStatus").asInt()).isZero();
    assertThat(certificates(report))
        .as("a death certificate for each worker")
        .containsAll(pids)
        .hasSize(12);
    var unfinished = new HashSet<>(fleet.journal().unfinished());
    assertThat(unfinished).hasSize(12);
    return unfinished;
  }

  private static Set<Long> certificates(JsonNode report) {
    var pids = new HashSet<Long>();
    for (var controller : report.get("controllers")) {
      for (var worker : controller.get("workers")) {
        pids.add(worker.get("pid").asLong());
      }
    }
    return pids;
  }
}
