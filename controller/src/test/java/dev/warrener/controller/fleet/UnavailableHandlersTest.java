package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A handler that can't be used is missing alone; a worker that can't be anything ends the start.
 */
class UnavailableHandlersTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final String SENTENCE = "the handler example.Mail can't be made: no licence";
  private static final int MISCONFIGURED = 78;

  private Instant now = Instant.parse("2026-11-23T03:00:00Z");
  private FleetState state = FleetState.initial(TestSettings.of(1, 0), now);
  private final List<Effect> effects = new ArrayList<>();

  @Test
  void unavailableHandlerIsWarnedOfAndShown() {
    ready(List.of(SENTENCE));

    assertThat(effects)
        .contains(new Effect.Log(true, "queue mail goes on without a handler: " + SENTENCE));
    assertThat(Fleet.presence(state, now).unavailableHandlers()).containsExactly(SENTENCE);
  }

  @Test
  void controllerWithAllItsHandlersShowsNone() {
    ready(List.of());

    assertThat(Fleet.presence(state, now).unavailableHandlers()).isNull();
  }

  @Test
  void taskOfAnUnknownHandlerIsInvalidWhereAllHandlersCanBeUsed() {
    ready(List.of());

    deliver(1);

    assertThat(moves()).containsExactly("mail.dead");
    assertThat(headers()).containsEntry(TaskHeaders.DEAD_REASON, "invalid");
  }

  @Test
  void taskThatMayBeForAnUnavailableHandlerIsTriedAgainElsewhereOrLater() {
    ready(List.of(SENTENCE));

    deliver(1);

    assertThat(moves()).containsExactly("mail.retry.1");
    assertThat(headers()).containsEntry(TaskHeaders.ATTEMPT, 2);
  }

  @Test
  void taskAtItsLastAttemptBecomesADeadLetterThatNamesTheHandler() {
    ready(List.of(SENTENCE));

    deliver(3);

    assertThat(moves()).containsExactly("mail.dead");
    assertThat(headers()).containsEntry(TaskHeaders.DEAD_REASON, "failed");
    assertThat(String.valueOf(headers().get(TaskHeaders.DEAD_DETAIL)))
        .contains("no handler \"send\" here")
        .contains(SENTENCE);
  }

  @Test
  void controllerWithoutAUsableWorkerEndsWithTheReason() {
    spawned();

    end(MISCONFIGURED);

    assertThat(effects)
        .contains(
            new Effect.Misconfigured(
                "no worker can be started as it is configured: no handler can be made"))
        .contains(new Effect.End());
    assertThat(effects)
        .filteredOn(Effect.Log.class::isInstance)
        .anyMatch(log -> ((Effect.Log) log).message().endsWith(": no handler can be made"));
  }

  @Test
  void workerThatEndsOtherwiseIsStartedAgain() {
    spawned();

    end(1);

    assertThat(effects)
        .doesNotContain(new Effect.End())
        .anyMatch(effect ->
            effect instanceof Effect.Schedule later && later.timer() instanceof Timer.Respawn);
  }

  @Test
  void controllerWithAWorkerThatWasReadyOnceGoesOn() {
    ready(List.of());
    end(1);
    var second = new WorkerKey(1, 2);
    now = now.plusSeconds(60);
    happen(new Event.TimerDue(new Timer.Respawn(1, 1)));
    happen(new Event.Spawned(second, 1002, 2));

    happen(died(second, MISCONFIGURED));

    assertThat(effects).doesNotContain(new Effect.End());
  }

  private void spawned() {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    happen(new Event.Spawned(WORKER, 1001, 1));
  }

  private void ready(List<String> unavailable) {
    spawned();
    happen(new Event.Ready(WORKER, Set.of("print"), 0, unavailable));
  }

  private void deliver(int attempt) {
    var task = Task.to("mail", "send").id("a").attempt(attempt).publishedAt(now).build();
    happen(new Event.Delivered(new DeliveryKey(1, "mail", 1), task));
  }

  private void end(int status) {
    happen(died(WORKER, status));
  }

  private Event died(WorkerKey worker, int status) {
    return new Event.TreeEmpty(
        Certificates.exited(worker, status), List.of("starting", "no handler can be made"));
  }

  private void happen(Event event) {
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
  }

  private List<String> moves() {
    return effects.stream()
        .filter(Effect.Move.class::isInstance)
        .map(move -> ((Effect.Move) move).routingKey())
        .toList();
  }

  private Map<String, @Nullable Object> headers() {
    return effects.stream()
        .filter(Effect.Move.class::isInstance)
        .map(move -> ((Effect.Move) move).headers())
        .findFirst()
        .orElseThrow();
  }
}
