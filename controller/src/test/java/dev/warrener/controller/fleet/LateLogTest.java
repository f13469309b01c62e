package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Orders that come from the log after this controller has read it, before or without a signal. */
class LateLogTest {
  private final OrderedFleet fleet = OrderedFleet.started();

  @Test
  void killOfTheLogKillsAtOnceAndDropsTheBacklogWhenItIsBroadcast() {
    fleet.run("one");
    fleet.deliver("two");
    var kill = killWithBacklog();
    fleet.forget();

    addToLog(kill);

    assertThat(fleet.all(Effect.Kill.class)).isNotEmpty();
    fleet.die(1, 2);
    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
    assertThat(fleet.said(Report.ControllerDone.class, kill.id())).isEmpty();

    fleet.arrive(kill);
    fleet.die();
    assertThat(fleet.all(Effect.PurgeBacklog.class)).hasSize(1);
    dropBacklog();
    assertThat(fleet.done(kill).failed()).isEmpty();
  }

  @Test
  void killOfTheLogThatIsNeverBroadcastLeavesTheBacklogAndSaysSo() {
    fleet.run("one");
    var kill = killWithBacklog();
    fleet.forget();

    addToLog(kill);
    fleet.die(1, 2);
    broadcastIsOver(kill);
    fleet.die();

    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
    assertThat(fleet.done(kill).failed())
        .singleElement()
        .asString()
        .contains("read from the log", "may have been published since");
  }

  @Test
  void purgeOfTheLogDropsNothingUntilItIsBroadcast() {
    var purge = purge();

    addToLog(purge);
    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
    fleet.arrive(purge);
    fleet.die();

    assertThat(fleet.all(Effect.PurgeBacklog.class)).hasSize(1);
    dropBacklog();
    assertThat(fleet.done(purge).failed()).isEmpty();
  }

  @Test
  void purgeOfTheLogThatIsNeverBroadcastDropsNothingAndSaysSo() {
    var purge = purge();

    addToLog(purge);
    broadcastIsOver(purge);
    fleet.die();

    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
    assertThat(fleet.done(purge).failed()).hasSize(1);
  }

  @Test
  void broadcastThatComesTooLateDropsNothingEither() {
    var purge = purge();
    addToLog(purge);
    broadcastIsOver(purge);
    fleet.die();

    fleet.arrive(purge);
    fleet.die();

    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
    assertThat(fleet.done(purge).failed()).hasSize(1);
  }

  @Test
  void broadcastWithOtherFencesDoesNotChangeWhatTheLogSaid() {
    fleet.run("one");
    var fences = List.of(new TaskTarget("one", 1));
    var scope = new Scope(false, List.of(), List.of(), List.of(), fences, List.of());
    var fenced = fleet.kill(scope, InFlight.PURGE, Then.RESPAWN).build();
    addToLog(fenced);

    fleet.arrive(fenced.toBuilder().scope(Scope.ofTask("one")).build());

    var progress = fleet.state.orders().find(fenced.id());
    assertThat(progress).isNotNull();
    assertThat(progress.order()).isEqualTo(fenced);
  }

  @Test
  void resumeOfTheLogMakesTheTripwireAgainOnlyWhenItIsBroadcast() {
    var resume = fleet.order(OrderKind.RESUME, Scope.ALL).build();

    addToLog(resume);
    assertThat(fleet.all(Effect.Rearm.class)).isEmpty();

    fleet.arrive(resume);
    assertThat(fleet.all(Effect.Rearm.class)).hasSize(1);
  }

  @Test
  void copyInTheLogAfterTheBroadcastChangesNothing() {
    var purge = purge();
    fleet.arrive(purge);
    fleet.die();
    fleet.forget();

    addToLog(purge);
    broadcastIsOver(purge);

    assertThat(fleet.effects).isEmpty();
  }

  private Order killWithBacklog() {
    return fleet
        .kill(Scope.ofQueue("mail"), InFlight.PURGE, Then.HOLD)
        .backlog(Backlog.PURGE)
        .build();
  }

  private Order purge() {
    return fleet.order(OrderKind.PURGE, Scope.ofQueue("mail")).build();
  }

  private void addToLog(Order order) {
    fleet.happen(new Event.OrderArrived(new HeardOrder(order, "ops", null, Origin.LOG)));
  }

  private void broadcastIsOver(Order order) {
    fleet.happen(new Event.TimerDue(new Timer.BroadcastOver(order.id())));
  }

  private void dropBacklog() {
    fleet.happen(
        new Event.BacklogDone(fleet.all(Effect.PurgeBacklog.class).getFirst().token(), 0));
  }
}
