package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import dev.warrener.worker.frame.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No task expires at a worker that has it before it is free, and starts all the same. */
class ExpiryAtWorkersTest {
  private static final TaskError NEVER_STARTED =
      new TaskError(ErrorType.CANCELLED, "never started", null);

  private final DecidedFleet fleet = new DecidedFleet(settings());

  @BeforeEach
  void runManyShortTasks() {
    fleet.happen(new Event.OrdersSynced(List.of(), null));
    fleet.happen(new Event.BrokerUp(1));
    fleet.happen(new Event.Spawned(DecidedFleet.WORKER, 1001, 1));
    fleet.happen(new Event.Ready(DecidedFleet.WORKER, Set.of("*"), 100));
    for (int i = 0; i < 20; i++) {
      fleet.deliver(task("short-" + i, null));
      started("short-" + i);
      finished("short-" + i, null);
    }
    fleet.effects().clear();
  }

  @Test
  void taskBehindALongRunIsTakenBackBeforeItExpiresAndDoesNotStart() {
    fleet.deliver(task("a", null));
    fleet.deliver(task("b", Duration.ofSeconds(1)));
    fleet.deliver(task("c", null));
    started("a");
    assertThat(dispatched()).containsExactly("a", "b", "c");
    fleet.pass(Duration.ofMillis(400));
    lookAfter();
    assertThat(recalled()).as("while it has time").isEmpty();

    fleet.pass(Duration.ofMillis(200));
    lookAfter();

    assertThat(recalled()).containsExactly("b");
    finished("b", NEVER_STARTED);
    fleet.pass(Duration.ofMillis(500));
    finished("a", null);
    started("c");
    finished("c", null);
    assertThat(dispatched()).containsExactly("a", "b", "c");
    assertThat(fleet.all(Effect.Move.class))
        .singleElement()
        .satisfies(move ->
            assertThat(move.headers())
                .containsEntry(TaskHeaders.DEAD_REASON, DeadReason.EXPIRED.wire()));
    assertThat(fleet.answers("b")).singleElement().returns(Outcome.EXPIRED, ResultMessage::outcome);
  }

  @Test
  void taskThatWasTakenBackStartsIfAWorkerIsFreeInTime() {
    fleet.deliver(task("a", null));
    fleet.deliver(task("b", Duration.ofSeconds(1)));
    started("a");
    fleet.pass(Duration.ofMillis(600));
    lookAfter();
    finished("b", NEVER_STARTED);

    finished("a", null);

    assertThat(dispatched()).containsExactly("a", "b", "b");
  }

  @Test
  void taskThatExpiresSoonWaitsForAFreeWorkerAndNoLaterOneOvertakesIt() {
    fleet.deliver(task("a", null));
    fleet.deliver(task("b", Duration.ofMillis(300)));
    fleet.deliver(task("c", null));

    assertThat(dispatched()).containsExactly("a");
    started("a");
    finished("a", null);
    assertThat(dispatched()).containsExactly("a", "b", "c");
  }

  @Test
  void tasksThatAWorkerHasAreLookedAfterAgainBeforeOneOfThemExpires() {
    fleet.deliver(task("a", null));
    fleet.deliver(task("b", Duration.ofSeconds(1)));

    assertThat(fleet.all(Effect.Schedule.class))
        .filteredOn(effect -> effect.timer() instanceof Timer.RecallDue)
        .singleElement()
        .satisfies(
            effect -> assertThat(effect.at()).isBefore(fleet.now().plus(Duration.ofMillis(500))));
  }

  private static Task task(String id, @Nullable Duration expiration) {
    return Task.to("mail", "work").id(id).expiration(expiration).replyTo("reply").build();
  }

  private void started(String task) {
    fleet.happen(new Event.Started(DecidedFleet.WORKER, task, 1));
  }

  private void finished(String task, @Nullable TaskError error) {
    fleet.happen(
        new Event.Finished(DecidedFleet.WORKER, task, 1, new RunEnd(Body.EMPTY, Task.JSON, error)));
  }

  private void lookAfter() {
    fleet.happen(new Event.TimerDue(new Timer.RecallDue()));
  }

  private List<String> dispatched() {
    return fleet.all(Effect.Dispatch.class).stream().map(effect -> effect.task().id()).toList();
  }

  private List<String> recalled() {
    return fleet.all(Effect.Recall.class).stream().map(Effect.Recall::task).toList();
  }

  /** Runs may take long: only what expires is taken back. */
  private static Settings settings() {
    return TestSettings.of(
        new Settings.QueueSettings(
            "mail", 1, 10, 3, Duration.ZERO, new Settings.Ahead(8, Duration.ofMinutes(1)), 0));
  }
}
