package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers and controllers that are killed from outside, under load. */
@Tag("processes")
class DeathIT {
  private static final Duration LONG = Duration.ofMinutes(3);

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void twoHundredKilledWorkersLoseNoTaskAndThePoolIsBackToItsSize() throws InterruptedException {
    // A task may lose its worker often here, by bad luck: that must not make it a poison task.
    var settings =
        fleet.file(
            "c1.properties",
            """
            poison-after=1000
            queue.mail.max-attempts=1000
            restart.first-delay=10ms
            restart.intensity=1000
            """);
    fleet.controller("c1", "--queue", "mail=4", "--config", settings.toString());
    int tasks = 300;
    for (int i = 0; i < tasks; i++) {
      fleet.publish("mail", "task-" + i, 0.2);
    }
    var random = new Random(20261123);
    var killed = new HashSet<Long>();
    await("200 workers were killed")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(40))
        .until(() -> {
          var presence = fleet.presence("c1");
          if (presence != null) {
            var alive =
                presence.workers().stream()
                    .filter(w -> w.state() == WorkerState.BUSY || w.state() == WorkerState.IDLE)
                    .map(Presence.WorkerPresence::pid)
                    .filter(pid -> pid != null && !killed.contains(pid))
                    .toList();
            if (!alive.isEmpty()) {
              long pid = alive.get(random.nextInt(alive.size()));
              // It may have ended just now: then its number stands for nobody, or for a stranger.
              if (isWorkerOf(pid, "c1") && kill(pid)) {
                killed.add(pid);
              }
            }
          }
          return killed.size() >= 200;
        });

    await("every task ends").atMost(LONG).until(() -> fleet.journal().ends().size() == tasks);
    await("four workers are idle")
        .atMost(LONG)
        .until(() -> {
          var presence = fleet.presence("c1");
          return presence != null
              && presence.workers().stream().allMatch(worker -> worker.state() == WorkerState.IDLE);
        });
    assertThat(fleet.observer().waiting("mail")).isZero();
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
  }

  @Test
  void aWorkerThatDiesAgainAndAgainIsSeenAsCrashLoopingAndLeftAloneUntilItHasCooledDown()
      throws IOException {
    var starts = fleet.folder().resolve("starts");
    var mended = fleet.folder().resolve("mended");
    var worker = fleet.folder().resolve("worker.pl");
    try (var script = DeathIT.class.getResourceAsStream("/racing-worker.pl")) {
      Files.write(worker, script.readAllBytes());
    }
    var program =
        fleet.file(
            "worker.sh",
            "echo one >>%s; [ -e %s ] || exit 7; exec perl %s %s\n"
                .formatted(starts, mended, worker, fleet.folder().resolve("runs")));
    Files.createFile(mended);
    var settings =
        fleet.file(
            "c1.properties",
            """
            worker.command=sh %s
            restart.first-delay=10ms
            restart.intensity=3
            restart.cool-down=10s
            """
                .formatted(program));
    fleet.controller("c1", "--queue", "mail=1", "--config", settings.toString());

    Files.delete(mended);
    var presence = Objects.requireNonNull(fleet.presence("c1"));
    assertThat(kill(Objects.requireNonNull(presence.workers().getFirst().pid()))).isTrue();

    awaitOnlyWorker(WorkerState.CRASH_LOOPING);
    int tries = Files.readAllLines(starts).size();
    assertThat(fleet.run("ps").succeeded().out()).contains("crash-looping");
    assertThat(tries).as("three in vain, the first among them if it was killed young").isIn(3, 4);
    assertThat(Files.readAllLines(starts)).as("it is left alone").hasSize(tries);
    Files.createFile(mended);

    awaitOnlyWorker(WorkerState.IDLE);
    assertThat(Files.readAllLines(starts)).as("one more, after the pause").hasSize(tries + 1);
  }

  private void awaitOnlyWorker(WorkerState state) {
    await("the worker is " + state)
        .atMost(LONG)
        .until(() -> {
          var presence = fleet.presence("c1");
          return presence != null && presence.workers().getFirst().state() == state;
        });
  }

  @Test
  void killedControllerLeavesNoWorkerAndItsTasksFinishOnTheOthers() {
    var first = fleet.controller("c1", "--queue", "mail=4");
    fleet.controller("c2", "--queue", "mail=4");
    int tasks = 60;
    for (int i = 0; i < tasks; i++) {
      fleet.publish("mail", "task-" + i, 1);
    }
    await("both work").atMost(LONG).until(() -> fleet.journal().unfinished().size() == 8);
    var presence = fleet.presence("c1");
    assertThat(presence).isNotNull();
    var pids = presence.workers().stream().map(Presence.WorkerPresence::pid).toList();

    first.kill();

    await("no worker of it lives")
        .atMost(Duration.ofSeconds(1))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> pids.stream().noneMatch(pid -> pid != null && ProcessTable.lives(pid)));
    await("every task ends").atMost(LONG).until(() -> fleet.journal().ends().size() == tasks);
  }

  @Test
  void terminatedControllerFinishesWhatRunsAndGivesBackTheRest() throws InterruptedException {
    var controller = fleet.controller("c1", "--queue", "mail=2");
    for (int i = 0; i < 10; i++) {
      fleet.publish("mail", "task-" + i, 2);
    }
    await("two run").atMost(LONG).until(() -> fleet.journal().unfinished().size() == 2);

    controller.terminate();

    assertThat(controller.awaitExit()).as(controller.text()).isZero();
    assertThat(fleet.journal().unfinished()).as("what ran has ended").isEmpty();
    assertThat(fleet.journal().starts()).hasSizeLessThan(10);
    await("the rest waits")
        .atMost(LONG)
        .until(() -> fleet.observer().waiting("mail") == 10 - fleet.journal().ends().size());
    assertThat(fleet.journal().pids()).noneMatch(ProcessTable::lives);
  }

  @Test
  void secondTerminationStopsAtOnceAndGivesBackWhatRan() throws InterruptedException {
    var controller = fleet.controller("c1", "--queue", "mail=2");
    for (int i = 0; i < 4; i++) {
      fleet.publish("mail", "task-" + i, 600);
    }
    await("two run").atMost(LONG).until(() -> fleet.journal().unfinished().size() == 2);

    controller.terminate();
    await("it drains")
        .atMost(LONG)
        .until(() -> controller.text().contains("the controller drains"));
    controller.terminate();

    assertThat(controller.awaitExit()).as(controller.text()).isZero();
    await("all four wait").atMost(LONG).until(() -> fleet.observer().waiting("mail") == 4);
  }

  private static boolean isWorkerOf(long pid, String controller) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"))
          .contains("=" + controller + "/");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean kill(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
  }
}
