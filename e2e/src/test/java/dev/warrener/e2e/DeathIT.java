package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers and controllers that are killed from outside, under load. */
class DeathIT {
  private static final Duration LONG = Duration.ofMinutes(3);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;

  @BeforeEach
  void prepare() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    journal = new Journal(folder.resolve("journal"));
  }

  @AfterEach
  void stopFleet() {
    if (observer != null) {
      observer.close();
    }
    warrener.close();
    vhost.close();
  }

  @Test
  void twoHundredKilledWorkersLoseNoTaskAndThePoolIsBackToItsSize() throws InterruptedException {
    var file = folder.resolve("c1.properties");
    // A task may lose its worker often here, by bad luck: that must not make it a poison task.
    warrener.controller(
        "c1",
        "--queue",
        "mail=4",
        "--config",
        properties(
            file,
            "poison-after=1000\nqueue.mail.max-attempts=1000\nrestart.first-delay=10ms\nrestart.intensity=1000\n"));
    observer = new Observer(vhost);
    int tasks = 300;
    for (int i = 0; i < tasks; i++) {
      observer.publishTask("mail", "task-" + i, "journal", journal.input(0.2), Map.of());
    }
    var random = new Random(20261123);
    var killed = new HashSet<Long>();
    await("200 workers were killed")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(40))
        .until(() -> {
          var presence = warrener.presence("c1");
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

    await("every task ends").atMost(LONG).until(() -> journal.ends().size() == tasks);
    await("four workers are idle")
        .atMost(LONG)
        .until(() -> {
          var presence = warrener.presence("c1");
          return presence != null
              && presence.workers().stream().allMatch(worker -> worker.state() == WorkerState.IDLE);
        });
    assertThat(observer.waiting("mail")).isZero();
    assertThat(observer.takeDead("mail")).isEmpty();
  }

  @Test
  void aWorkerThatDiesAgainAndAgainIsSeenAsCrashLoopingAndLeftAloneUntilItHasCooledDown()
      throws IOException {
    var starts = folder.resolve("starts");
    var mended = folder.resolve("mended");
    var worker = folder.resolve("worker.pl");
    try (var script = DeathIT.class.getResourceAsStream("/racing-worker.pl")) {
      Files.write(worker, script.readAllBytes());
    }
    var program = folder.resolve("worker.sh");
    Files.writeString(
        program,
        "echo one >>%s; [ -e %s ] || exit 7; exec perl %s %s\n"
            .formatted(starts, mended, worker, folder.resolve("runs")));
    Files.createFile(mended);
    warrener.controller(
        "c1",
        "--queue",
        "mail=1",
        "--config",
        properties(
            folder.resolve("c1.properties"),
            "worker.command=sh "
                + program
                + "\nrestart.first-delay=10ms\nrestart.intensity=3\nrestart.cool-down=20s\n"));

    Files.delete(mended);
    var presence = warrener.presence("c1");
    assertThat(presence).isNotNull();
    assertThat(kill(presence.workers().getFirst().pid())).isTrue();

    awaitOnlyWorker(WorkerState.CRASH_LOOPING);
    int tries = Files.readAllLines(starts).size();
    assertThat(warrener.run("ps").succeeded().out()).contains("crash-looping");
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
          var presence = warrener.presence("c1");
          return presence != null && presence.workers().getFirst().state() == state;
        });
  }

  @Test
  void killedControllerLeavesNoWorkerAndItsTasksFinishOnTheOthers() {
    var first = warrener.controller("c1", "--queue", "mail=4");
    warrener.controller("c2", "--queue", "mail=4");
    observer = new Observer(vhost);
    int tasks = 60;
    for (int i = 0; i < tasks; i++) {
      observer.publishTask("mail", "task-" + i, "journal", journal.input(1), Map.of());
    }
    await("both work").atMost(LONG).until(() -> journal.unfinished().size() == 8);
    var presence = warrener.presence("c1");
    assertThat(presence).isNotNull();
    var pids = presence.workers().stream().map(Presence.WorkerPresence::pid).toList();

    first.kill();

    await("no worker of it lives")
        .atMost(Duration.ofSeconds(1))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> pids.stream().noneMatch(pid -> pid != null && Warrener.lives(pid)));
    await("every task ends").atMost(LONG).until(() -> journal.ends().size() == tasks);
  }

  @Test
  void terminatedControllerFinishesWhatRunsAndGivesBackTheRest() throws InterruptedException {
    var controller = warrener.controller("c1", "--queue", "mail=2");
    observer = new Observer(vhost);
    for (int i = 0; i < 10; i++) {
      observer.publishTask("mail", "task-" + i, "journal", journal.input(2), Map.of());
    }
    await("two run").atMost(LONG).until(() -> journal.unfinished().size() == 2);

    controller.terminate();

    assertThat(controller.awaitExit()).as(controller.text()).isZero();
    assertThat(journal.unfinished()).as("what ran has ended").isEmpty();
    assertThat(journal.starts()).hasSizeLessThan(10);
    await("the rest waits")
        .atMost(LONG)
        .until(() -> observer.waiting("mail") == 10 - journal.ends().size());
    assertThat(journal.pids()).noneMatch(Warrener::lives);
  }

  @Test
  void secondTerminationStopsAtOnceAndGivesBackWhatRan() throws InterruptedException {
    var controller = warrener.controller("c1", "--queue", "mail=2");
    observer = new Observer(vhost);
    for (int i = 0; i < 4; i++) {
      observer.publishTask("mail", "task-" + i, "journal", journal.input(600), Map.of());
    }
    await("two run").atMost(LONG).until(() -> journal.unfinished().size() == 2);

    controller.terminate();
    await("it drains").atMost(LONG).until(() -> controller.text().contains("draining"));
    controller.terminate();

    assertThat(controller.awaitExit()).as(controller.text()).isZero();
    await("all four wait").atMost(LONG).until(() -> observer.waiting("mail") == 4);
  }

  private static String properties(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toString();
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
