package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How many tasks a controller takes, so that none waits here beside an idle worker elsewhere. */
class IdleWorkersTest {
  private static final WorkerKey FIRST = new WorkerKey(1, 1);
  private static final WorkerKey SECOND = new WorkerKey(2, 1);
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofMillis(150);

  /** Enough short runs for a look-ahead. */
  private static final int PROOF = 4;

  private DecidedFleet fleet = new DecidedFleet(settings(Settings.QueueSettings.SHORT_RUN));

  private int tasks;

  @Test
  void atFirstOneTaskIsTakenForEachWorker() {
    start(0);

    assertThat(asked()).containsExactly(1, 2);
  }

  @Test
  void shortRunsLetTheLookAheadGrowToItsMost() {
    start(0);

    run(PROOF - 1, SHORT);
    assertThat(asked()).containsExactly(1, 2);
    run(1, SHORT);

    assertThat(asked()).containsExactly(1, 2, 5);
    run(20, SHORT);
    assertThat(asked()).hasSize(3);
  }

  @Test
  void longRunBeforeTheProofBeginsItAnew() {
    start(0);

    run(PROOF - 1, SHORT);
    run(1, LONG);
    run(PROOF - 1, SHORT);

    assertThat(asked()).containsExactly(1, 2);
  }

  @Test
  void longRunEndsTheLookAheadAtOnceAndItGrowsAgainAfterASecond() {
    start(0);
    run(PROOF, SHORT);

    run(1, LONG);

    assertThat(asked()).containsExactly(1, 2, 5, 2);
    run(2 * PROOF, SHORT);
    assertThat(asked()).hasSize(4);
    fleet.pass(Duration.ofSeconds(1));
    run(1, SHORT);
    assertThat(asked()).containsExactly(1, 2, 5, 2, 5);
  }

  @Test
  void whatWaitsBehindLongRunsGoesBackWhenFewerTasksAreAskedFor() {
    start(0);
    run(PROOF, SHORT);
    occupyBoth();
    var third = deliver();
    var fourth = deliver();
    fleet.pass(LONG);

    var effects = lookAfter();

    assertThat(effects)
        .filteredOn(effect -> !(effect instanceof Effect.Schedule))
        .containsExactly(
            new Effect.Consume("mail", 2), new Effect.Requeue(third), new Effect.Requeue(fourth));
  }

  @Test
  void asManyStayAsThereAreWorkersThatMayStartThemSoon() {
    start(0);
    run(PROOF, SHORT);
    var first = deliver();
    fleet.happen(new Event.Started(FIRST, "task-" + tasks, 1));
    fleet.pass(LONG);
    deliver();
    deliver();
    var fourth = deliver();

    lookAfter();

    assertThat(returned()).containsExactly(fourth).doesNotContain(first);
  }

  @Test
  void whatWaitsBehindShortRunsStays() {
    start(0);
    run(PROOF, SHORT);
    occupyBoth();
    deliver();
    fleet.pass(SHORT);

    lookAfter();

    assertThat(returned()).isEmpty();
    assertThat(asked()).endsWith(5);
  }

  @Test
  void taskThatAWorkerHasBehindALongRunIsTakenBackThoughNoWorkerIsFreeHere() {
    start(8);
    run(20, SHORT);
    occupyBoth();
    var third = deliver();
    assertThat(fleet.all(Effect.Dispatch.class)).hasSize(tasks);
    fleet.pass(LONG);

    fleet.happen(new Event.TimerDue(new Timer.RecallDue()));

    var recall = fleet.all(Effect.Recall.class).getLast();
    fleet.happen(new Event.Finished(recall.worker(), recall.task(), 1, givenBack()));
    lookAfter();
    assertThat(returned()).containsExactly(third);
  }

  @Test
  void taskThatWaitsForADeadWorkerGoesBackAndItsSuccessorGetsAnother() {
    start(0);
    var first = deliver();
    fleet.happen(new Event.Started(FIRST, "task-1", 1));
    die(SECOND);
    var second = deliver();
    fleet.pass(LONG);

    lookAfter();

    assertThat(returned()).containsExactly(second).doesNotContain(first);
    assertThat(asked()).containsExactly(1, 2, 1);
    fleet.happen(new Event.TimerDue(new Timer.Respawn(2, 1)));
    ready(new WorkerKey(2, 2), 0);
    assertThat(asked()).containsExactly(1, 2, 1, 2);
  }

  @Test
  void taskThatIsDeliveredInsteadOfALostOneGoesBackAndDoesNotComeAgain() {
    start(0);
    occupyBoth();
    fleet.happen(new Event.BrokerDown(1, "cut", Duration.ZERO));
    fleet.happen(new Event.BrokerUp(2));
    assertThat(asked()).as("room for what was lost").containsExactly(1, 2, 2);
    var other = deliver();
    fleet.pass(LONG);

    lookAfter();

    assertThat(returned()).containsExactly(other);
    assertThat(fleet.all(Effect.CancelConsumer.class)).hasSize(1);
    fleet.happen(new Event.Finished(FIRST, "task-1", 1, succeeded()));
    assertThat(asked()).as("a worker is free").containsExactly(1, 2, 2, 1);
  }

  @Test
  void lookAheadThatIsSetStaysWhateverTheTasksAre() {
    fleet = new DecidedFleet(settings(Duration.ZERO));
    start(0);
    run(PROOF, LONG);
    occupyBoth();
    deliver();
    fleet.pass(LONG);

    lookAfter();

    assertThat(asked()).containsExactly(5);
    assertThat(returned()).isEmpty();
  }

  private void start(int takesAhead) {
    fleet.happen(new Event.OrdersSynced(List.of(), null));
    fleet.happen(new Event.BrokerUp(1));
    ready(FIRST, takesAhead);
    ready(SECOND, takesAhead);
  }

  private void ready(WorkerKey worker, int takesAhead) {
    fleet.happen(new Event.Spawned(worker, 1000 + worker.slot(), 1));
    fleet.happen(new Event.Ready(worker, Set.of("*"), takesAhead));
  }

  private void die(WorkerKey worker) {
    fleet.happen(new Event.TreeEmpty(Certificates.found(worker)));
  }

  /** Has the first worker run so many tasks, each for so long. */
  private void run(int number, Duration time) {
    for (int i = 0; i < number; i++) {
      deliver();
      fleet.happen(new Event.Started(FIRST, "task-" + tasks, 1));
      fleet.pass(time);
      fleet.happen(new Event.Finished(FIRST, "task-" + tasks, 1, succeeded()));
    }
  }

  private void occupyBoth() {
    for (var worker : List.of(FIRST, SECOND)) {
      deliver();
      fleet.happen(new Event.Started(worker, "task-" + tasks, 1));
    }
  }

  private DeliveryKey deliver() {
    tasks++;
    return fleet.deliver(
        Task.to("mail", "work").id("task-" + tasks).publishedAt(fleet.now()).build());
  }

  private static RunEnd succeeded() {
    return new RunEnd(Body.EMPTY, Task.JSON, null);
  }

  private static RunEnd givenBack() {
    return new RunEnd(
        Body.EMPTY, Task.JSON, new TaskError(ErrorType.CANCELLED, "never started", null));
  }

  private List<Effect> lookAfter() {
    return fleet.happen(new Event.TimerDue(new Timer.LookAheadDue("mail")));
  }

  private List<Integer> asked() {
    return fleet.all(Effect.Consume.class).stream().map(Effect.Consume::prefetch).toList();
  }

  private List<DeliveryKey> returned() {
    return fleet.all(Effect.Requeue.class).stream().map(Effect.Requeue::delivery).toList();
  }

  private static Settings settings(Duration shortRun) {
    return TestSettings.of(
        new Settings.QueueSettings(
            "mail", 2, 3, 3, Duration.ZERO, Settings.Ahead.DEFAULT, 0, shortRun));
  }
}
