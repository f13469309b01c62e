package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Orders about the same workers or tasks, and orders with the same id. */
class OverlappingOrdersTest {
  private final OrderedFleet fleet = OrderedFleet.started();

  // Two kills of one worker.

  @Test
  void killThatComesLastDecidesTheFateAndTheEarlierOneHasFailed() {
    fleet.run("a");
    var first = kill(InFlight.REQUEUE).graceMillis(5000).build();
    fleet.arrive(first);
    var second = kill(InFlight.PURGE).build();
    fleet.arrive(second);

    fleet.die(1, 2);

    assertThat(fleet.said(Report.TaskSettled.class, second.id()))
        .extracting(Report.TaskSettled::fate)
        .containsExactly(Fate.PURGED);
    assertThat(fleet.done(second).failed()).isEmpty();
    assertThat(fleet.done(first).failed())
        .containsExactly(
            "task a: order "
                + second.id()
                + " came later and decides its fate: purged, not requeued");
    assertThat(fleet.all(Effect.Acknowledge.class)).hasSize(1);
    assertThat(fleet.all(Effect.Requeue.class)).isEmpty();
  }

  @Test
  void killsThatWantTheSameFateAreBothConfirmed() {
    fleet.run("a");
    var first = kill(InFlight.PURGE).graceMillis(5000).build();
    fleet.arrive(first);
    var second = kill(InFlight.PURGE).build();
    fleet.arrive(second);

    fleet.die(1, 2);

    assertThat(fleet.done(first).failed()).isEmpty();
    assertThat(fleet.done(second).failed()).isEmpty();
  }

  @Test
  void purgeOfATaskWhoseLimitIsJustReachedIsMet() {
    fleet.run(Task.to("mail", "work").id("a").timeout(Duration.ofSeconds(1)).build());
    fleet.pass(Duration.ofSeconds(1));
    fleet.happen(new Event.TimerDue(new Timer.RunDeadline(new WorkerKey(1, 1), "a", 1)));
    var purge = fleet.kill(Scope.ofTask("a"), InFlight.PURGE, Then.RESPAWN).build();
    fleet.arrive(purge);

    fleet.die(1);

    assertThat(fleet.said(Report.TaskSettled.class, purge.id()))
        .extracting(Report.TaskSettled::fate)
        .containsExactly(Fate.PURGED);
    assertThat(fleet.done(purge).failed()).isEmpty();
    assertThat(fleet.all(Effect.Move.class)).isEmpty();
  }

  // One id, two orders.

  @Test
  void otherOrderWithTheIdOfAKnownOneIsRefusedWhereverItDiffers() {
    var hold = fleet.order(OrderKind.HOLD, Scope.ofQueue("mail")).build();
    var kill = kill(InFlight.REQUEUE).build();
    fleet.arrive(hold);
    fleet.arrive(kill);
    fleet.die(1, 2);

    for (var other :
        List.of(
            hold.toBuilder().kind(OrderKind.RESUME).build(),
            hold.toBuilder().kind(OrderKind.DRAIN).build(),
            kill.toBuilder().backlog(Backlog.PURGE).build(),
            kill.toBuilder().inFlight(InFlight.PURGE).build(),
            kill.toBuilder().graceMillis(1000).build(),
            kill.toBuilder().then(Then.RESPAWN).build())) {
      fleet.forget();
      fleet.arrive(other);
      assertThat(fleet.refusals(other))
          .as("%s", other)
          .singleElement()
          .asString()
          .contains("another order was given with this id before");
    }
    assertThat(fleet.state.restrictions().queueHeld(fleet.state.settings(), "mail")).isTrue();
  }

  private Order holdThatHadExpired() {
    return fleet
        .order(OrderKind.HOLD, Scope.ofQueue("mail"))
        .issuedAt(fleet.now.minusSeconds(600))
        .expiresAt(fleet.now.minusSeconds(60))
        .build();
  }

  @Test
  void otherOrderWithTheIdOfOneThatHadExpiredInTheLogIsRefused() {
    var hold = holdThatHadExpired();
    var kill =
        fleet.kill(Scope.ofQueue("mail"), InFlight.REQUEUE, Then.RESPAWN).id(hold.id()).build();
    fleet.startAgain();
    fleet.connect(hold);
    fleet.forget();

    fleet.arrive(kill);

    assertThat(fleet.refusals(kill))
        .singleElement()
        .asString()
        .contains("another order was given with this id before");
    assertThat(fleet.said(Report.ControllerHeard.class, kill.id())).isEmpty();
    assertThat(fleet.state.restrictions().queueHeld(fleet.state.settings(), "mail")).isTrue();
  }

  @Test
  void holdOfTheLogThatHadExpiredStaysInForceWhenItIsSentAgain() {
    var hold = holdThatHadExpired();
    fleet.startAgain();
    fleet.connect(hold);

    fleet.arrive(hold);

    assertThat(fleet.refusals(hold)).singleElement().asString().contains("expired");
    var written = fleet.state.restrictions().retained();
    fleet.startAgain();
    fleet.happen(new Event.Remembered(written));
    fleet.connect(hold);
    assertThat(fleet.state.restrictions().queueHeld(fleet.state.settings(), "mail")).isTrue();
  }

  @Test
  void orderOfTheLogOfWhichOnlyAPartIsCarriedOutIsJoinedAllTheSame() {
    var purge = fleet.order(OrderKind.PURGE, Scope.ofQueue("mail")).build();
    fleet.startAgain();
    fleet.connect(purge);
    fleet.forget();

    fleet.arrive(purge);
    fleet.arrive(purge);

    assertThat(fleet.refusals(purge)).isEmpty();
    assertThat(fleet.said(Report.ControllerDone.class, purge.id())).isNotEmpty();
  }

  @Test
  void ofTwoOrdersWithOneIdInTheLogTheFirstCountsAlsoWhenBothHaveExpired() {
    var hold = fleet.order(OrderKind.HOLD, Scope.ALL).build();
    var forged = hold.toBuilder().kind(OrderKind.RESUME).build();
    var june = fleet.kill(Scope.ofBatch("june"), InFlight.PURGE, Then.RESPAWN).build();
    fleet.pass(Duration.ofHours(2));
    fleet.startAgain();

    fleet.connect(hold, forged, june, june.toBuilder().scope(Scope.ofBatch("july")).build());

    assertThat(fleet.state.restrictions().queueHeld(fleet.state.settings(), "mail")).isTrue();
    assertThat(fleet.state.restrictions().revocations().byBatch().keySet()).containsExactly("june");
  }

  // What was refused stays refused.

  @Test
  void orderThatWasRefusedAsExpiredHasNoEffectAfterARestart() {
    var late =
        fleet
            .order(OrderKind.HOLD, Scope.ALL)
            .issuedAt(fleet.now.minusSeconds(60))
            .expiresAt(fleet.now.minusSeconds(30))
            .build();
    fleet.arrive(late);
    assertThat(fleet.refusals(late)).singleElement().asString().contains("expired");

    assertNoEffectAfterARestart(late);
  }

  @Test
  void orderThatWasRefusedForItsFenceHasNoEffectAfterARestart() {
    var scope =
        new Scope(
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new WorkerTarget("web-1/1", 7L)));
    var fenced = fleet.kill(scope, InFlight.REQUEUE, Then.HOLD).build();
    fleet.arrive(fenced);
    assertThat(fleet.refusals(fenced)).hasSize(1);

    assertNoEffectAfterARestart(fenced);
  }

  private void assertNoEffectAfterARestart(Order order) {
    var retained = fleet.state.restrictions().retained();
    fleet.startAgain();
    fleet.happen(new Event.Remembered(retained));
    fleet.connect(order);
    assertThat(fleet.state.restrictions().holds().statements()).isEmpty();
    assertThat(fleet.all(Effect.Spawn.class)).hasSize(2);
  }

  // The tripwire.

  @Test
  void resumeOfTheLogDoesNotMakeAPulledTripwireAgain() {
    var resume = fleet.order(OrderKind.RESUME, Scope.ALL).build();
    fleet.startAgain();

    fleet.happen(
        new Event.OrdersSynced(
            List.of(new HeardOrder(resume, "ops", null, Origin.LOG)),
            "0193586f-9f60-7000-8000-000000000001"));

    assertThat(fleet.all(Effect.Rearm.class)).isEmpty();
  }

  @Test
  void resumeOfAPartDoesNotMakeTheTripwireAgainAndOneOfEverythingDoes() {
    fleet.arrive(fleet.order(OrderKind.RESUME, Scope.ofQueue("mail")).build());
    fleet.arriveHere(fleet.order(OrderKind.RESUME, Scope.ALL).build());
    assertThat(fleet.all(Effect.Rearm.class)).isEmpty();

    fleet.arrive(fleet.order(OrderKind.RESUME, Scope.ALL).build());

    assertThat(fleet.all(Effect.Rearm.class)).hasSize(1);
  }

  @Test
  void resumeThatANewerHoldOutranksDoesNotMakeTheTripwireAgain() {
    var resume = fleet.order(OrderKind.RESUME, Scope.ALL).build();
    fleet.pass(Duration.ofSeconds(5));
    fleet.happen(new Event.Tripped("0193586f-9f60-7000-8000-000000000001"));
    fleet.forget();

    fleet.arrive(resume);

    assertThat(fleet.all(Effect.Rearm.class)).isEmpty();
  }

  private Order.Builder kill(InFlight fate) {
    return fleet.kill(Scope.ALL, fate, Then.HOLD);
  }
}
