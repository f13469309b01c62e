package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every scope of a kill, what comes after it, and what outlives the controller. */
class OrdersIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private void start(String... queues) {
    var arguments = new String[queues.length * 2];
    for (int i = 0; i < queues.length; i++) {
      arguments[2 * i] = "--queue";
      arguments[2 * i + 1] = queues[i];
    }
    fleet.controller("c1", arguments);
  }

  @Test
  void killOfABatchKillsItsTasksAloneAndThoseThatWaitNeverStart() {
    start("mail=3");
    fleet.publish("mail", "a-1", 60, Map.of("x-batch", "a"));
    fleet.publish("mail", "a-2", 60, Map.of("x-batch", "a"));
    fleet.publish("mail", "b-1", 6, Map.of("x-batch", "b"));
    fleet.awaitRunning("a-1", "a-2", "b-1");
    fleet.publish("mail", "a-3", 0, Map.of("x-batch", "a"));
    fleet.publish("mail", "b-2", 0, Map.of("x-batch", "b"));

    fleet.run("kill", "--batch", "a", "-y").succeeded();

    fleet.awaitEnded("b-1", "b-2");
    assertThat(fleet.journal().ends()).doesNotContainKeys("a-1", "a-2", "a-3");
    assertThat(fleet.journal().starts()).noneMatch(start -> start.task().equals("a-3"));
    assertThat(fleet.journal().starts()).filteredOn(start -> start.task().equals("b-1")).hasSize(1);
    var dead = fleet.observer().takeDead("mail");
    assertThat(dead)
        .extracting(message -> message.getProps().getMessageId())
        .containsExactlyInAnyOrder("a-1", "a-2", "a-3");
  }

  @Test
  void killOfATaskLeavesTheOthersAloneAndAFreshWorkerGoesOn() {
    start("mail=2");
    fleet.publish("mail", "one", 60);
    fleet.publish("mail", "other", 8);
    fleet.awaitRunning("one", "other");

    fleet.run("kill", "--task", "one", "--in-flight", "purge", "-y").succeeded();
    fleet.publish("mail", "next", 0);

    fleet.awaitEnded("next", "other");
    assertThat(fleet.journal().starts())
        .filteredOn(start -> start.task().equals("other"))
        .hasSize(1);
    assertThat(fleet.journal().starts()).filteredOn(start -> start.task().equals("one")).hasSize(1);
    assertThat(fleet.observer().waiting("mail")).isZero();
  }

  @Test
  void killOfAQueueHoldsItAndLeavesTheOtherQueueAlone() {
    start("mail=1", "thumbs=1");
    fleet.publish("mail", "mail-1", 60);
    fleet.publish("thumbs", "thumbs-1", 60);
    fleet.awaitRunning("mail-1", "thumbs-1");

    fleet.run("kill", "--queue", "mail", "-y").succeeded();
    fleet.publish("thumbs", "thumbs-2", 0);

    fleet.awaitWaiting("mail", 1);
    assertThat(fleet.journal().unfinished()).contains("thumbs-1");
    fleet
        .run("kill", "--queue", "thumbs", "--in-flight", "purge", "--then", "respawn", "-y")
        .succeeded();
    fleet.awaitEnded("thumbs-2");
    assertThat(fleet.journal().starts())
        .filteredOn(start -> start.task().equals("mail-1"))
        .hasSize(1);
  }

  @Test
  void killOfAWorkerRunsItsTaskAgainOnAFreshOne() {
    start("mail=1");
    fleet.publish("mail", "one", 4);
    fleet.awaitRunning("one");

    fleet.run("kill", "--worker", "c1/1", "-y").succeeded();

    fleet.awaitEnded("one");
    assertThat(fleet.journal().starts()).hasSize(2).allMatch(start -> start.attempt() == 1);
    assertThat(fleet.journal().pids()).hasSize(2);
  }

  @Test
  void killWithExitEndsTheControllerWithStatusZeroAfterItConfirmed() throws InterruptedException {
    var controller = fleet.controller("c1", "--queue", "mail=2");
    fleet.publish("mail", "one", 60);
    fleet.awaitRunning("one");

    fleet.run("kill", "--controller", "c1", "--then", "exit", "-y").succeeded();

    assertThat(controller.awaitExit()).isZero();
    fleet.awaitWaiting("mail", 1);
  }

  @Test
  void dryRunTellsWhatItWouldMeanAndDoesNothing() {
    start("mail=1");
    fleet.publish("mail", "one", 5);
    fleet.awaitRunning("one");

    var ran = fleet.run("kill", "--all", "-n").succeeded();

    assertThat(ran.out() + ran.err()).contains("c1");
    fleet.awaitEnded("one");
    assertThat(fleet.journal().starts()).hasSize(1);
  }

  @Test
  void graceLetsAHandlerEndByItself() {
    start("mail=1");
    fleet
        .observer()
        .publishTask("mail", "heeding", "sleep", "{\"seconds\":600,\"steps\":1}", Map.of());
    fleet.awaitBusyWorker("c1");

    var certificate = kill("--grace", "10m", "--timeout", "60s");

    assertThat(certificate.path("signal").asInt()).as("%s", certificate).isNotEqualTo(9);
    assertThat(ProcessTable.lives(certificate.get("pid").asLong())).isFalse();
    fleet.awaitWaiting("mail", 1);
  }

  @Test
  void whoDoesNotHeedIsKilledWhenTheGraceIsOverAndNotBefore() {
    start("mail=1");
    fleet.publishBeating("mail", "stubborn", 600);
    fleet.awaitRunning("stubborn");
    long asked = System.nanoTime();

    var certificate = kill("--grace", "2s", "--in-flight", "purge");

    assertThat(certificate.path("signal").asInt()).as("%s", certificate).isEqualTo(9);
    assertThat(Duration.ofNanos(fleet.journal().runs().getFirst().last() - asked))
        .isGreaterThan(Duration.ofMillis(1_500));
    assertThat(fleet.journal().pids()).noneMatch(ProcessTable::lives);
  }

  /** The only certificate of an order that is confirmed. */
  private JsonNode kill(String... options) {
    var words = new ArrayList<>(List.of("kill", "--all", "-y", "-o", "json"));
    words.addAll(List.of(options));
    var ran = fleet.run(words.toArray(String[]::new)).succeeded();
    return JsonMapper.shared().readTree(ran.out()).at("/controllers/0/workers/0");
  }

  @Test
  void holdKeepsTasksWaitingUntilResumeAndDrainConfirmsWhenNothingRuns() {
    start("mail=1");
    fleet.publish("mail", "one", 3);
    fleet.awaitRunning("one");
    fleet.publish("mail", "two", 0);

    fleet.run("drain", "--all", "--timeout", "30s").succeeded();

    assertThat(fleet.journal().ends()).containsOnlyKeys("one");
    fleet.awaitWaiting("mail", 1);
    fleet.run("resume", "--all").succeeded();
    fleet.awaitEnded("two");
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no order log")
  void holdOutlivesTheControllerThatHeardIt() throws InterruptedException {
    var first = fleet.controller("c1", "--queue", "mail=1");
    fleet.run("hold", "--queue", "mail", "-m", "INC-7").succeeded();
    first.terminate();
    assertThat(first.awaitExit()).isZero();
    fleet.publish("mail", "one", 0);

    fleet.startController("c1", "--queue", "mail=1");

    await("the new one says that it holds")
        .atMost(LONG)
        .until(() -> {
          var presence = fleet.presence("c1");
          return presence != null
              && presence.holds().stream().anyMatch(hold -> hold.reason().equals("INC-7"));
        });
    assertThat(fleet.journal().starts()).isEmpty();
    fleet.run("resume", "--queue", "mail").succeeded();
    fleet.awaitEnded("one");
  }

  @Test
  void failedTaskIsTriedAgainAndDeadLetteredWithTheReasonAtLast() {
    start("mail=1");
    fleet
        .observer()
        .publishTask("mail", "heals", "fail", "{\"message\":\"not yet\",\"times\":1}", Map.of());
    fleet
        .observer()
        .publishTask(
            "mail", "hopeless", "fail", "{\"message\":\"never\"}", Map.of("x-max-attempts", 2));

    var dead =
        await()
            .atMost(LONG)
            .until(() -> fleet.observer().takeDead("mail"), letters -> !letters.isEmpty());

    assertThat(dead).hasSize(1);
    assertThat(dead.getFirst().getProps().getMessageId()).isEqualTo("hopeless");
    assertThat(Observer.headers(dead.getFirst()))
        .containsEntry("x-dead-reason", "failed")
        .containsEntry("x-attempt", "2");
    assertThat(Observer.header(dead.getFirst(), "x-dead-detail")).contains("never");
    fleet.awaitWaiting("mail", 0);
  }

  @Test
  void taskThatReachesItsHardLimitIsKilledAndDeadLetteredAsTimedOut() {
    start("mail=1");
    fleet
        .observer()
        .publishTask(
            "mail",
            "endless",
            "spin",
            "{\"seconds\":600}",
            Map.of("x-timeout-ms", 500, "x-max-attempts", 1));

    var dead =
        await()
            .atMost(LONG)
            .until(() -> fleet.observer().takeDead("mail"), letters -> !letters.isEmpty());

    assertThat(Observer.headers(dead.getFirst())).containsEntry("x-dead-reason", "timed-out");
  }

  @Test
  void taskThatKillsItsWorkerThreeTimesIsQuarantined() {
    start("mail=1");
    fleet
        .observer()
        .publishTask("mail", "poison", "crash", "{\"signal\":9}", Map.of("x-max-attempts", 100));

    var dead =
        await()
            .atMost(LONG)
            .until(() -> fleet.observer().takeDead("mail"), letters -> !letters.isEmpty());

    assertThat(Observer.headers(dead.getFirst())).containsEntry("x-dead-reason", "poison");
    fleet.publish("mail", "next", 0);
    fleet.awaitEnded("next");
  }
}
