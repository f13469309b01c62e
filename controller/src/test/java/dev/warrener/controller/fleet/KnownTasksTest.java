package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.KnownTasks;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.TaskKey;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A task that has been here for long is still known after more others than are kept in mind. */
class KnownTasksTest {
  private static final WorkerKey ONE = new WorkerKey(1, 1);
  private static final WorkerKey OTHER = new WorkerKey(2, 1);

  private Instant now = Instant.parse("2026-11-26T03:00:00Z");
  private FleetState state = FleetState.initial(TestSettings.of(2, 10), now);
  private List<Effect> effects = new ArrayList<>();
  private long tag;

  @BeforeEach
  void startTheLongOne() {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    happen(new Event.Spawned(ONE, 1001, 1));
    happen(new Event.Spawned(OTHER, 1002, 1));
    happen(new Event.Ready(ONE, Set.of("*")));
    deliver(1, "long", 1);
    happen(new Event.Started(ONE, "long", 1));
    happen(new Event.Ready(OTHER, Set.of("*")));
  }

  @Test
  void itsRunTakesOverTheDeliveryThatComesWhenTheBrokerWasLost() {
    passMoreThanAreKept();
    happen(new Event.BrokerDown(1, "lost", Duration.ZERO));
    happen(new Event.BrokerUp(2));

    var again = deliver(2, "long", 1);
    finish(ONE, "long");

    assertThat(started("long")).isOne();
    assertThat(effects).contains(new Effect.Acknowledge(again));
  }

  @Test
  void itsCopyIsAcknowledgedAndNotRun() {
    passMoreThanAreKept();

    var copy = deliver(1, "long", 1);

    assertThat(effects).contains(new Effect.Acknowledge(copy));
    assertThat(started("long")).isOne();
  }

  @Test
  void itsNextAttemptWaitsForTheEndOfTheRun() {
    deliver(1, "long", 2);
    passMoreThanAreKept();
    assertThat(started("long")).isOne();

    finish(ONE, "long");

    assertThat(started("long")).isEqualTo(2);
  }

  private void passMoreThanAreKept() {
    for (int i = 0; i < KnownTasks.LEAST_FULL + 10; i++) {
      var id = "short-" + i;
      deliver(1, id, 1);
      happen(new Event.Started(OTHER, id, 1));
      finish(OTHER, id);
    }
    assertThat(state.memory().isKnown(new TaskKey("short-0", "mail"))).isFalse();
  }

  private DeliveryKey deliver(long generation, String id, int attempt) {
    var key = new DeliveryKey(generation, "mail", ++tag);
    var task = Task.to("mail", "work").id(id).attempt(attempt).publishedAt(now).build();
    happen(new Event.Delivered(key, task));
    return key;
  }

  private void finish(WorkerKey worker, String id) {
    happen(new Event.Finished(worker, id, 1, new RunEnd(Body.EMPTY, Task.JSON, null)));
  }

  private long started(String id) {
    return effects.stream()
        .filter(
            effect -> effect instanceof Effect.Dispatch dispatch && dispatch.task().id().equals(id))
        .count();
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, Now.agreeing(now));
    state = decision.state();
    effects.addAll(decision.effects());
  }
}
