package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies that the broker does not take. */
class UnpublishableTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final DeliveryKey DELIVERY = new DeliveryKey(1, "mail", 1);

  private Instant now = Instant.parse("2026-11-23T03:00:00Z");
  private FleetState state = FleetState.initial(TestSettings.of(1, 0), now);
  private final List<Effect> effects = new ArrayList<>();

  @BeforeEach
  void start() {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    happen(new Event.Spawned(WORKER, 1001, 1));
    happen(new Event.Ready(WORKER, Set.of("*")));
  }

  @Test
  void taskThatCanNotWaitInARetryQueueBecomesADeadLetterAndItsAskerHears() {
    failOnce();

    happen(new Event.PublishFailed(move().token(), "its headers are too large", true));

    assertThat(move().routingKey()).isEqualTo("mail.dead");
    assertThat(move().headers())
        .containsEntry(TaskHeaders.DEAD_REASON, "invalid")
        .containsEntry(
            TaskHeaders.DEAD_DETAIL,
            "it could not be put into a retry queue: its headers are too large");
    assertThat(effects).hasAtLeastOneElementOfType(Effect.SendResult.class);
    assertThat(effects).noneMatch(Effect.Requeue.class::isInstance);
    happen(new Event.Published(move().token()));
    assertThat(effects).contains(new Effect.Acknowledge(DELIVERY));
  }

  @Test
  void messageThatCanNotBecomeADeadLetterIsLeftToTheBroker() {
    happen(new Event.DeliveredInvalid(DELIVERY, new InvalidTask("mail", "a", "no type")));

    happen(new Event.PublishFailed(move().token(), "too large", true));

    assertThat(effects)
        .contains(new Effect.Reject(DELIVERY))
        .noneMatch(Effect.Requeue.class::isInstance);
    assertThat(presentlyTaken()).isZero();
  }

  @Test
  void taskWhoseRejectionWasLostWithTheConnectionIsNotTakenForSettled() {
    failOnce();
    happen(new Event.PublishFailed(move().token(), "too large", true));
    happen(new Event.PublishFailed(move().token(), "too large", true));
    assertThat(effects).contains(new Effect.Reject(DELIVERY));

    happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    happen(new Event.BrokerUp(2));
    var again = new DeliveryKey(2, "mail", 1);
    happen(new Event.Delivered(again, task()));
    happen(new Event.PublishFailed(move().token(), "too large", true));
    happen(new Event.PublishFailed(move().token(), "too large", true));

    assertThat(effects)
        .contains(new Effect.Reject(again))
        .noneMatch(Effect.Acknowledge.class::isInstance);
  }

  @Test
  void faultThatMayPassGoesBackToTheQueue() {
    happen(new Event.DeliveredInvalid(DELIVERY, new InvalidTask("mail", "a", "no type")));

    happen(new Event.PublishFailed(move().token(), "not now"));

    assertThat(effects).contains(new Effect.Requeue(DELIVERY));
  }

  @Test
  void messageWhoseCopyIsUnderwayCountsAsTaken() {
    happen(new Event.DeliveredInvalid(DELIVERY, new InvalidTask("mail", "a", "no type")));
    assertThat(presentlyTaken()).isEqualTo(1);

    happen(new Event.Published(move().token()));

    assertThat(presentlyTaken()).isZero();
  }

  @Test
  void purgeWaitsForACopyThatIsUnderway() {
    failOnce();
    purgeAll();
    assertThat(done()).isEmpty();
    assertThat(effects).noneMatch(Effect.PurgeBacklog.class::isInstance);

    happen(new Event.Published(move().token()));
    finishOrder();

    assertThat(done()).singleElement().satisfies(done -> assertThat(done.failed()).isEmpty());
  }

  @Test
  void purgeDropsAMessageThatCanNotBeCopied() {
    failOnce();
    purgeAll();

    happen(new Event.PublishFailed(move().token(), "not now"));
    finishOrder();

    assertThat(effects)
        .contains(new Effect.Acknowledge(DELIVERY))
        .noneMatch(Effect.Requeue.class::isInstance);
    assertThat(done())
        .singleElement()
        .satisfies(done -> {
          assertThat(done.failed()).isEmpty();
          assertThat(done.backlog()).isEqualTo(1);
        });
  }

  @Test
  void purgeOfAMessageThatTheBrokerHasBackIsNotConfirmed() {
    failOnce();
    purgeAll();

    happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    happen(new Event.PublishFailed(move().token(), "too large", true));
    finishOrder();

    assertThat(done())
        .singleElement()
        .satisfies(done -> assertThat(done.failed()).anyMatch(why -> why.contains("task a")));
  }

  private void failOnce() {
    happen(new Event.Delivered(DELIVERY, task()));
    happen(new Event.Started(WORKER, "a", 1));
    happen(
        new Event.Finished(
            WORKER,
            "a",
            1,
            new RunEnd(Body.EMPTY, Task.JSON, new TaskError("boom", "boom", null))));
    assertThat(move().routingKey()).startsWith("mail.retry.");
  }

  private static Task task() {
    return Task.to("mail", "work").id("a").replyTo("reply").publishedAt(Instant.EPOCH).build();
  }

  private void purgeAll() {
    var order =
        Order.builder(OrderKind.KILL, Scope.ALL)
            .inFlight(InFlight.PURGE)
            .backlog(Backlog.PURGE)
            .then(Then.HOLD)
            .issuedAt(now)
            .expiresAt(now.plus(Duration.ofHours(1)))
            .build();
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
    happen(new Event.TreeEmpty(Certificates.found(WORKER)));
  }

  /** Answers everything that an order still asks of the broker. */
  private void finishOrder() {
    for (int i = 0; i < effects.size(); i++) {
      switch (effects.get(i)) {
        case Effect.Barrier barrier -> happen(new Event.BarrierPassed(barrier.token()));
        case Effect.PurgeBacklog purge -> happen(new Event.BacklogDone(purge.token(), 0));
        default -> {}
      }
    }
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
  }

  private int presentlyTaken() {
    return Fleet.presence(state, now).queues().getFirst().waiting();
  }

  private Effect.Move move() {
    return effects.stream()
        .filter(Effect.Move.class::isInstance)
        .map(Effect.Move.class::cast)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private List<Report.ControllerDone> done() {
    return effects.stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(Report.ControllerDone.class::isInstance)
        .map(Report.ControllerDone.class::cast)
        .toList();
  }
}
