package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.warrener.e2e.fixture.ControllerProcess;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.Signal;
import dev.warrener.e2e.fixture.TestFleet;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What counts as an attempt of a task: the same on every broker, whatever the broker counts. */
class AttemptsIT {
  /** The returns after which RabbitMQ 4 drops a message by default. */
  private static final int BROKERS_OWN_LIMIT = 20;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private ControllerProcess controller;

  @BeforeEach
  void startController() {
    controller = fleet.controller("c1", "--queue", "mail=1", "--set", "restart.first-delay=10ms");
  }

  @Test
  void aTaskThatIsKilledMoreOftenThanTheBrokerWouldReturnItIsNeitherLostNorCharged() {
    int kills = BROKERS_OWN_LIMIT + 2;
    // Each kill has so many seconds to hit, and the last run takes them all.
    fleet.publish("mail", "one", 10);
    for (int i = 1; i <= kills; i++) {
      awaitRun(i, 1);
      fleet.run("kill", "--worker", "c1/1", "-y").succeeded();
    }

    awaitRun(kills + 1, 1);
    assertThat(fleet.journal().starts()).allMatch(start -> start.attempt() == 1);
    fleet.awaitEnded("one");
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
  }

  @Test
  void aCrashIsChargedAndAKillBetweenTwoCrashesIsNot() {
    fleet.publish("mail", "one", 60, Map.of("x-max-attempts", 3));
    awaitRun(1, 1);
    crash(1);
    awaitRun(2, 2);
    fleet.run("kill", "--worker", "c1/1", "-y").succeeded();
    awaitRun(3, 2);
    crash(3);
    awaitRun(4, 3);
    crash(4);

    var dead = awaitDead();
    assertThat(Observer.headers(dead))
        .containsEntry("x-attempt", "3")
        .containsEntry("x-crashes", "3");
  }

  @Test
  void aQuarantinedTaskCarriesTheEvidenceOfWhatItDidToItsWorker() {
    fleet
        .observer()
        .publishTask(
            "mail", "evil", "sleep", "{\"seconds\":600,\"steps\":1}", Map.of("x-max-attempts", 9));
    for (int attempt = 1; attempt <= 3; attempt++) {
      Signal.KILL.send(workerThatRuns(attempt));
    }

    var dead = awaitDead();

    assertThat(Observer.headers(dead))
        .containsEntry("x-dead-reason", "poison")
        .containsEntry("x-crashes", "3");
    assertThat(Observer.header(dead, "x-dead-detail"))
        .isEqualTo(
            "it killed its worker 3 times, the last time so: its worker ended by signal 9;"
                + " its last words: Task evil running");
  }

  @Test
  void aQuarantinedTaskThatExitedCarriesItsExitCode() {
    fleet
        .observer()
        .publishTask("mail", "exit", "crash", "{\"exit\":7}", Map.of("x-max-attempts", 9));

    var dead = awaitDead();

    assertThat(Observer.headers(dead)).containsEntry("x-dead-reason", "poison");
    assertThat(Observer.header(dead, "x-dead-detail")).contains("3 times", "with exit code 7");
  }

  @Test
  void whyATaskFailedStandsInTheLogAndInItsDeadLetter() {
    fleet
        .observer()
        .publishTask(
            "mail", "bad", "fail", "{\"message\":\"no mail\"}", Map.of("x-max-attempts", 2));

    await("it is among the dead letters")
        .atMost(LONG)
        .until(() -> fleet.run("dead", "list", "mail", "-o", "name").out().contains("bad"));

    assertThat(controller.text())
        .containsPattern(
            "WARN .*task bad \\(fail, queue mail\\), attempt 1 of 2, failed at worker c1/1:"
                + " java.lang.IllegalStateException: no mail; it is tried again after 1 s")
        .containsPattern("attempt 2 of 2, failed at .*; it becomes a dead letter \\(failed\\)")
        .containsPattern("WARN .*at .*FailHandler.handle");
    assertThat(fleet.run("dead", "show", "mail", "bad").succeeded().out())
        .contains("java.lang.IllegalStateException")
        .containsPattern("\n {2}\\s*at .*FailHandler.handle")
        .doesNotContain("x-dead-stack");
    assertThat(fleet.run("dead", "show", "mail", "bad", "-o", "json").succeeded().out())
        .contains("\"type\"", "\"stack\"");
  }

  /** Returns the worker process that runs this attempt and has printed its first line. */
  private long workerThatRuns(int attempt) {
    return await("attempt " + attempt + " runs")
        .atMost(LONG)
        .until(() -> processOf(attempt), pid -> pid > 0);
  }

  private long processOf(int attempt) {
    var presence = fleet.presence("c1");
    if (presence == null) {
      return 0;
    }
    var worker = presence.workers().getFirst();
    var pid = worker.pid();
    boolean runs =
        Integer.valueOf(attempt).equals(worker.attempt())
            && controller.text().split("Task evil running", -1).length > attempt;
    return runs && pid != null ? pid : 0;
  }

  private void awaitRun(int runs, int attempt) {
    await("run " + runs).atMost(LONG).until(() -> fleet.journal().starts().size() == runs);
    assertThat(fleet.journal().starts().getLast().attempt()).isEqualTo(attempt);
  }

  /** Kills the worker of a run from outside, as the kernel's out-of-memory killer would. */
  private void crash(int run) {
    Signal.KILL.send(fleet.journal().starts().get(run - 1).pid());
  }

  private GetResponse awaitDead() {
    return await("it is among the dead letters")
        .atMost(LONG)
        .until(() -> fleet.observer().takeDead("mail"), letters -> !letters.isEmpty())
        .getFirst();
  }
}
