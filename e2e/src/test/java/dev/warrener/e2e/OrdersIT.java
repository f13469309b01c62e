package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.report.WorkerState;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every scope of a kill, what comes after it, and what outlives the controller. */
class OrdersIT {
  private static final Duration LONG = Duration.ofMinutes(1);

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
    observer.close();
    warrener.close();
    vhost.close();
  }

  private void start(String... queues) {
    var arguments = new String[queues.length * 2];
    for (int i = 0; i < queues.length; i++) {
      arguments[2 * i] = "--queue";
      arguments[2 * i + 1] = queues[i];
    }
    warrener.controller("c1", arguments);
    observer = new Observer(vhost);
  }

  private void publish(String queue, String id, double seconds, Map<String, Object> headers) {
    observer.publishTask(queue, id, "journal", journal.input(seconds), headers);
  }

  private void awaitRunning(String... ids) {
    await(String.join(" and ", ids) + " run")
        .atMost(LONG)
        .until(() -> journal.unfinished().containsAll(List.of(ids)));
  }

  @Test
  void killOfABatchKillsItsTasksAloneAndThoseThatWaitNeverStart() {
    start("mail=3");
    publish("mail", "a-1", 60, Map.of("x-batch", "a"));
    publish("mail", "a-2", 60, Map.of("x-batch", "a"));
    publish("mail", "b-1", 6, Map.of("x-batch", "b"));
    awaitRunning("a-1", "a-2", "b-1");
    publish("mail", "a-3", 0, Map.of("x-batch", "a"));
    publish("mail", "b-2", 0, Map.of("x-batch", "b"));

    warrener.run("kill", "--batch", "a", "-y").succeeded();

    await("batch b finishes")
        .atMost(LONG)
        .until(() -> journal.ends().keySet().containsAll(List.of("b-1", "b-2")));
    assertThat(journal.ends()).doesNotContainKeys("a-1", "a-2", "a-3");
    assertThat(journal.starts()).noneMatch(start -> start.task().equals("a-3"));
    assertThat(journal.starts()).filteredOn(start -> start.task().equals("b-1")).hasSize(1);
    var dead = observer.takeDead("mail");
    assertThat(dead)
        .extracting(message -> message.getProps().getMessageId())
        .containsExactlyInAnyOrder("a-1", "a-2", "a-3");
  }

  @Test
  void killOfATaskLeavesTheOthersAloneAndAFreshWorkerGoesOn() {
    start("mail=2");
    publish("mail", "one", 60, Map.of());
    publish("mail", "other", 8, Map.of());
    awaitRunning("one", "other");

    warrener.run("kill", "--task", "one", "--in-flight", "purge", "-y").succeeded();
    publish("mail", "next", 0, Map.of());

    await().atMost(LONG).until(() -> journal.ends().keySet().containsAll(List.of("next", "other")));
    assertThat(journal.starts()).filteredOn(start -> start.task().equals("other")).hasSize(1);
    assertThat(journal.starts()).filteredOn(start -> start.task().equals("one")).hasSize(1);
    assertThat(observer.waiting("mail")).isZero();
  }

  @Test
  void killOfAQueueHoldsItAndLeavesTheOtherQueueAlone() {
    start("mail=1", "thumbs=1");
    publish("mail", "mail-1", 60, Map.of());
    publish("thumbs", "thumbs-1", 60, Map.of());
    awaitRunning("mail-1", "thumbs-1");

    warrener.run("kill", "--queue", "mail", "-y").succeeded();
    publish("thumbs", "thumbs-2", 0, Map.of());

    await("mail-1 waits").atMost(LONG).until(() -> observer.waiting("mail") == 1);
    assertThat(journal.unfinished()).contains("thumbs-1");
    warrener.run("kill", "--queue", "thumbs", "--then", "respawn", "-y").succeeded();
    await("thumbs-2 ran").atMost(LONG).until(() -> journal.ends().containsKey("thumbs-2"));
    assertThat(journal.starts()).filteredOn(start -> start.task().equals("mail-1")).hasSize(1);
  }

  @Test
  void killOfAWorkerRunsItsTaskAgainOnAFreshOne() {
    start("mail=1");
    publish("mail", "one", 4, Map.of());
    awaitRunning("one");

    warrener.run("kill", "--worker", "c1/1", "-y").succeeded();

    await().atMost(LONG).until(() -> journal.ends().containsKey("one"));
    assertThat(journal.starts()).hasSize(2).allMatch(start -> start.attempt() == 1);
    assertThat(journal.pids()).hasSize(2);
  }

  @Test
  void killWithExitEndsTheControllerWithStatusZeroAfterItConfirmed() throws InterruptedException {
    warrener = new Warrener(vhost, folder);
    var controller = warrener.controller("c1", "--queue", "mail=2");
    observer = new Observer(vhost);
    publish("mail", "one", 60, Map.of());
    awaitRunning("one");

    warrener.run("kill", "--controller", "c1", "--then", "exit", "-y").succeeded();

    assertThat(controller.awaitExit()).isZero();
    await().atMost(LONG).until(() -> observer.waiting("mail") == 1);
  }

  @Test
  void dryRunTellsWhatItWouldMeanAndDoesNothing() {
    start("mail=1");
    publish("mail", "one", 5, Map.of());
    awaitRunning("one");

    var ran = warrener.run("kill", "--all", "-n").succeeded();

    assertThat(ran.out() + ran.err()).contains("c1");
    await().atMost(LONG).until(() -> journal.ends().containsKey("one"));
    assertThat(journal.starts()).hasSize(1);
  }

  @Test
  void graceLetsAHandlerEndByItself() {
    start("mail=1");
    observer.publishTask("mail", "heeding", "sleep", "{\"seconds\":600,\"steps\":1}", Map.of());
    await("it runs")
        .atMost(LONG)
        .until(() -> {
          var presence = warrener.presence("c1");
          return presence != null && presence.workers().getFirst().state() == WorkerState.BUSY;
        });

    var certificate = kill("--grace", "10m", "--timeout", "60s");

    assertThat(certificate.path("signal").asInt()).as("%s", certificate).isNotEqualTo(9);
    assertThat(Warrener.lives(certificate.get("pid").asLong())).isFalse();
    await("it meets its fate").atMost(LONG).until(() -> observer.waiting("mail") == 1);
  }

  @Test
  void whoDoesNotHeedIsKilledWhenTheGraceIsOverAndNotBefore() {
    start("mail=1");
    observer.publishTask("mail", "stubborn", "journal", journal.beating(600), Map.of());
    awaitRunning("stubborn");
    long asked = System.nanoTime();

    var certificate = kill("--grace", "2s", "--in-flight", "purge");

    assertThat(certificate.path("signal").asInt()).as("%s", certificate).isEqualTo(9);
    assertThat(Duration.ofNanos(journal.runs().getFirst().last() - asked))
        .isGreaterThan(Duration.ofMillis(1_500));
    assertThat(journal.pids()).noneMatch(Warrener::lives);
  }

  /** The only certificate of an order that is confirmed. */
  private JsonNode kill(String... options) {
    var words = new ArrayList<>(List.of("kill", "--all", "-y", "-o", "json"));
    words.addAll(List.of(options));
    var ran = warrener.run(words.toArray(String[]::new)).succeeded();
    return JsonMapper.shared().readTree(ran.out()).at("/controllers/0/workers/0");
  }

  @Test
  void holdKeepsTasksWaitingUntilResumeAndDrainConfirmsWhenNothingRuns() {
    start("mail=1");
    publish("mail", "one", 3, Map.of());
    awaitRunning("one");
    publish("mail", "two", 0, Map.of());

    warrener.run("drain", "--all", "--timeout", "30s").succeeded();

    assertThat(journal.ends()).containsOnlyKeys("one");
    await().atMost(LONG).until(() -> observer.waiting("mail") == 1);
    warrener.run("resume", "--all").succeeded();
    await().atMost(LONG).until(() -> journal.ends().containsKey("two"));
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no order log")
  void holdOutlivesTheControllerThatHeardIt() throws InterruptedException {
    warrener = new Warrener(vhost, folder);
    var first = warrener.controller("c1", "--queue", "mail=1");
    observer = new Observer(vhost);
    warrener.run("hold", "--queue", "mail", "-m", "INC-7").succeeded();
    first.terminate();
    assertThat(first.awaitExit()).isZero();
    publish("mail", "one", 0, Map.of());

    warrener.startController("c1", "--queue", "mail=1");

    await("the new one says that it holds")
        .atMost(LONG)
        .until(() -> {
          var presence = warrener.presence("c1");
          return presence != null
              && presence.holds().stream().anyMatch(hold -> hold.reason().equals("INC-7"));
        });
    assertThat(journal.starts()).isEmpty();
    warrener.run("resume", "--queue", "mail").succeeded();
    await().atMost(LONG).until(() -> journal.ends().containsKey("one"));
  }

  @Test
  void failedTaskIsTriedAgainAndDeadLetteredWithTheReasonAtLast() {
    start("mail=1");
    observer.publishTask(
        "mail", "heals", "fail", "{\"message\":\"not yet\",\"times\":1}", Map.of());
    observer.publishTask(
        "mail", "hopeless", "fail", "{\"message\":\"never\"}", Map.of("x-max-attempts", 2));

    var dead =
        await().atMost(LONG).until(() -> observer.takeDead("mail"), letters -> !letters.isEmpty());

    assertThat(dead).hasSize(1);
    assertThat(dead.getFirst().getProps().getMessageId()).isEqualTo("hopeless");
    assertThat(Observer.headers(dead.getFirst()))
        .containsEntry("x-dead-reason", "failed")
        .containsEntry("x-attempt", "2");
    assertThat(Observer.headers(dead.getFirst()).get("x-dead-detail").toString()).contains("never");
    await().atMost(LONG).until(() -> observer.waiting("mail") == 0);
  }

  @Test
  void taskThatReachesItsHardLimitIsKilledAndDeadLetteredAsTimedOut() {
    start("mail=1");
    observer.publishTask(
        "mail",
        "endless",
        "spin",
        "{\"seconds\":600}",
        Map.of("x-timeout-ms", 500, "x-max-attempts", 1));

    var dead =
        await().atMost(LONG).until(() -> observer.takeDead("mail"), letters -> !letters.isEmpty());

    assertThat(Observer.headers(dead.getFirst())).containsEntry("x-dead-reason", "timed-out");
  }

  @Test
  void taskThatKillsItsWorkerThreeTimesIsQuarantined() {
    start("mail=1");
    observer.publishTask(
        "mail", "poison", "crash", "{\"signal\":9}", Map.of("x-max-attempts", 100));

    var dead =
        await().atMost(LONG).until(() -> observer.takeDead("mail"), letters -> !letters.isEmpty());

    assertThat(Observer.headers(dead.getFirst())).containsEntry("x-dead-reason", "poison");
    publish("mail", "next", 0, Map.of());
    await("the pool works on").atMost(LONG).until(() -> journal.ends().containsKey("next"));
  }
}
