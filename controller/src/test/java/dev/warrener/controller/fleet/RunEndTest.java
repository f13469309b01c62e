package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import dev.warrener.worker.frame.ErrorType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of a task by the way in which its worker says that the run has ended. */
class RunEndTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final DeliveryKey DELIVERY = new DeliveryKey(1, "mail", 1);

  private Instant now = Instant.parse("2026-11-23T03:00:00Z");
  private FleetState state = FleetState.initial(TestSettings.of(1, 0), now);
  private final List<Effect> effects = new ArrayList<>();

  @Test
  void failedRunIsTriedAgain() {
    run();

    finish(failure("java.io.IOException"));

    assertThat(moves()).containsExactly("mail.retry.1");
  }

  @Test
  void inputThatNoAttemptCanReadIsNotTriedAgain() {
    run();

    finish(failure(ErrorType.INVALID_INPUT));

    assertThat(moves()).containsExactly("mail.dead");
  }

  @Test
  void taskForWhichAWorkerOfAnyHandlerHasNoneIsInvalidAndNotCharged() {
    handOver();

    finish(failure(ErrorType.UNKNOWN_HANDLER));

    assertThat(moves()).containsExactly("mail.dead");
    assertThat(effects)
        .filteredOn(Effect.Move.class::isInstance)
        .first()
        .extracting(move -> ((Effect.Move) move).headers().get(TaskHeaders.DEAD_REASON))
        .isEqualTo("invalid");
  }

  @Test
  void runThatFailsBecauseItWasAskedToStopMeetsTheFateOfTheOrder() {
    run();
    kill(InFlight.PURGE, 5_000);

    finish(failure("java.lang.InterruptedException"));
    die();

    assertThat(moves()).isEmpty();
    assertThat(effects).contains(new Effect.Acknowledge(DELIVERY));
  }

  @Test
  void runThatSucceedsAlthoughItWasAskedToStopHasFinished() {
    run();
    kill(InFlight.REQUEUE, 5_000);

    finish(new RunEnd(Body.EMPTY, Task.JSON, null));
    die();

    assertThat(effects).contains(new Effect.Acknowledge(DELIVERY));
    assertThat(effects).doesNotContain(new Effect.Requeue(DELIVERY));
  }

  @Test
  void runThatHadFailedBeforeItsWorkerWasKilledHasFailed() {
    run();
    kill(InFlight.PURGE, 0);

    finish(failure("java.io.IOException"));
    die();

    assertThat(moves()).containsExactly("mail.retry.1");
  }

  @Test
  void runOfAWorkerThatBreaksTheProtocolHasCrashedAndTheReasonIsTold() {
    run();

    happen(new Event.ProtocolBroken(WORKER, "it reported the start of task x"));
    assertThat(effects).contains(new Effect.Kill(List.of(WORKER)));
    assertThat(moves()).as("nothing is settled before its tree is empty").isEmpty();
    die();

    assertThat(moves()).containsExactly("mail.retry.1");
    assertThat(effects)
        .anySatisfy(effect ->
            assertThat(effect)
                .isInstanceOfSatisfying(
                    Effect.Move.class,
                    move -> assertThat(move.headers()).containsEntry(TaskHeaders.CRASHES, 1)));
    assertThat(effects.toString())
        .contains("its worker broke the protocol: it reported the start of task x");
  }

  @Test
  void workerThatBreaksTheProtocolBeforeItIsReadyIsStartedAgainAfterAPause() {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.Spawned(WORKER, 1001, 1));

    happen(new Event.ProtocolBroken(WORKER, "it speaks version 7"));
    die();

    assertThat(effects).filteredOn(Effect.Spawn.class::isInstance).hasSize(1);
    assertThat(effects)
        .filteredOn(Effect.Schedule.class::isInstance)
        .extracting(effect -> ((Effect.Schedule) effect).timer())
        .contains(new Timer.Respawn(1, 1));
  }

  private void handOver() {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    happen(new Event.Spawned(WORKER, 1001, 1));
    happen(new Event.Ready(WORKER, Set.of("*")));
    happen(new Event.Delivered(DELIVERY, Task.to("mail", "work").id("a").publishedAt(now).build()));
    assertThat(effects).anyMatch(Effect.Dispatch.class::isInstance);
  }

  private void run() {
    handOver();
    happen(new Event.Started(WORKER, "a", 1));
  }

  private void finish(RunEnd end) {
    happen(new Event.Finished(WORKER, "a", 1, end));
  }

  private static RunEnd failure(String type) {
    return new RunEnd(Body.EMPTY, Task.JSON, new TaskError(type, "it failed", null));
  }

  private void kill(InFlight fate, long grace) {
    var order =
        Order.builder(OrderKind.KILL, Scope.ALL)
            .inFlight(fate)
            .then(Then.HOLD)
            .graceMillis(grace)
            .issuedAt(now)
            .expiresAt(now.plus(Duration.ofHours(1)))
            .build();
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
  }

  private void die() {
    happen(new Event.TreeEmpty(Certificates.found(WORKER)));
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
  }

  private List<String> moves() {
    return effects.stream()
        .filter(Effect.Move.class::isInstance)
        .map(effect -> ((Effect.Move) effect).routingKey())
        .toList();
  }
}
