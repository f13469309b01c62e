package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A fate is reported only when the broker has shown that it took it. */
class SettlementProofTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final DeliveryKey DELIVERY = new DeliveryKey(1, "mail", 1);

  private Instant now = Instant.parse("2026-11-23T03:00:00Z");
  private FleetState state = FleetState.initial(TestSettings.of(1, 0), now);
  private final List<Effect> effects = new ArrayList<>();

  @Test
  void purgeThatTheBrokerHasShownIsReported() {
    killTheRunning(InFlight.PURGE);

    happen(new Event.BarrierPassed(barrier()));

    assertThat(reports(Report.TaskSettled.class)).hasSize(1);
    assertThat(done().failed()).isEmpty();
  }

  @Test
  void purgeThatTheBrokerDidNotShowIsNotReportedAsOne() {
    killTheRunning(InFlight.PURGE);

    happen(new Event.BarrierFailed(barrier(), "no answer"));

    assertThat(reports(Report.TaskSettled.class)).isEmpty();
    assertThat(done().failed()).isNotEmpty();
  }

  @Test
  void purgeThatTheNextConnectionSeemsToShowIsNotReportedAsOne() {
    killTheRunning(InFlight.PURGE);

    happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    happen(new Event.BrokerUp(2));
    happen(new Event.BarrierPassed(barrier()));

    assertThat(reports(Report.TaskSettled.class)).isEmpty();
    assertThat(done().failed()).anyMatch(failure -> failure.contains("task a"));
  }

  @Test
  void requeueIsTrueOfALostConnectionToo() {
    killTheRunning(InFlight.REQUEUE);

    happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    happen(new Event.BarrierFailed(barrier(), "reset"));

    assertThat(reports(Report.TaskSettled.class)).hasSize(1);
  }

  private void killTheRunning(InFlight fate) {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    happen(new Event.Spawned(WORKER, 1001, 1));
    happen(new Event.Ready(WORKER, Set.of("*")));
    happen(new Event.Delivered(DELIVERY, Task.to("mail", "work").id("a").publishedAt(now).build()));
    happen(new Event.Started(WORKER, "a", 1));
    var order =
        Order.builder(OrderKind.KILL, Scope.ALL)
            .inFlight(fate)
            .then(Then.HOLD)
            .issuedAt(now)
            .expiresAt(now.plus(Duration.ofHours(1)))
            .build();
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
    happen(new Event.TreeEmpty(Certificates.found(WORKER)));
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
  }

  private long barrier() {
    return effects.stream()
        .filter(Effect.Barrier.class::isInstance)
        .mapToLong(effect -> ((Effect.Barrier) effect).token())
        .findFirst()
        .orElseThrow();
  }

  private Report.ControllerDone done() {
    return reports(Report.ControllerDone.class).getFirst();
  }

  private <T extends Report> List<T> reports(Class<T> type) {
    return effects.stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }
}
