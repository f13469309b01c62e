package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.SimulationTest.assertSeen;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * That the judges of orders see what is wrong: in each of these a controller misunderstands what it
 * is told, or does something else.
 */
class JudgesTest {
  // Scopes.

  @Test
  void holdOfAnotherQueueThatIsObeyedIsSeen() {
    assertSeen(
        Check.HOLDS_WHAT_IT_SAYS,
        reading(order ->
            order.kind() == OrderKind.HOLD ? withScope(order, withoutQueues(order)) : order));
  }

  @Test
  void olderResumeThatLiftsARevocationIsSeen() {
    assertSeen(
        Check.REVOKED_TASK_NEVER_STARTS,
        reading(order ->
            order.then() == Then.RESPAWN && namesOnlyTasks(order) ? yesterday(order) : order));
  }

  @Test
  void resumeThatLiftsNoRevocationIsSeen() {
    assertSeen(
        Check.RESUMED_TASK_IS_FREE,
        reading(order ->
            order.kind() == OrderKind.RESUME && namesOnlyTasks(order) ? yesterday(order) : order));
  }

  private static boolean namesOnlyTasks(Order order) {
    return order.scope().namesTasks() && order.scope().workers().isEmpty();
  }

  private static Order yesterday(Order order) {
    return order.toBuilder().issuedAt(order.issuedAt().minus(Duration.ofDays(1))).build();
  }

  // What was published after an order.

  @Test
  void backlogThatIsDroppedAfterTheOrderWasDoneIsSeen() {
    Map<String, Deque<Effect.PurgeBacklog>> late = new HashMap<>();
    Map<String, Integer> deliveries = new HashMap<>();
    assertSeen(
        Check.LATER_TASKS_SURVIVE,
        (state, event, now) -> {
          var decision = Fleet.decide(state, event, now);
          var here = late.computeIfAbsent(state.settings().controller(), id -> new ArrayDeque<>());
          var effects = new ArrayList<Effect>();
          var next = decision.state();
          for (var effect : decision.effects()) {
            if (effect instanceof Effect.PurgeBacklog purge) {
              here.add(purge);
              var told = Fleet.decide(next, new Event.BacklogDone(purge.token(), 0), now);
              next = told.state();
              effects.addAll(told.effects());
            } else {
              effects.add(effect);
            }
          }
          if (event instanceof Event.Remembered) {
            here.clear();
          }
          if (event instanceof Event.Delivered
              && !here.isEmpty()
              && deliveries.merge(state.settings().controller(), 1, Integer::sum) % 10 == 0) {
            effects.add(here.remove());
          }
          return new Fleet.Decision(next, effects);
        });
  }

  // The tripwire.

  @Test
  void tripwireThatAResumeOfTheLogMakesAgainIsSeen() {
    assertSeen(
        Check.TRIPWIRE_STAYS_PULLED,
        (state, event, now) -> {
          var decision = Fleet.decide(state, event, now);
          var effects = new ArrayList<>(decision.effects());
          if (event instanceof Event.OrdersSynced synced
              && synced.log().stream()
                  .anyMatch(heard -> heard.order().kind() == OrderKind.RESUME)) {
            effects.add(new Effect.Rearm());
          }
          return new Fleet.Decision(decision.state(), effects);
        });
  }

  @Test
  void tripwireThatIsFoundPulledAndNotHeededIsSeen() {
    assertSeen(
        Check.TRIPWIRE_STAYS_PULLED,
        (state, event, now) ->
            Fleet.decide(
                state,
                event instanceof Event.OrdersSynced synced
                    ? new Event.OrdersSynced(synced.log(), null)
                    : event,
                now));
  }

  @Test
  void tripwireThatIsNotMadeAgainIsSeen() {
    assertSeen(Check.TRIPWIRE_STAYS_PULLED, without(Effect.Rearm.class::isInstance));
  }

  // Ids and refusals.

  @Test
  void otherOrderWithAKnownIdThatIsNotRefusedIsSeen() {
    assertSeen(
        Check.REFUSED_IF_AND_ONLY_IF_WRONG,
        without(effect ->
            effect instanceof Effect.Say say
                && say.report() instanceof Report.ControllerRefused refused
                && refused.because().startsWith("another order was given")));
  }

  @Test
  void refusalThatIsForgottenAtARestartIsSeen() {
    assertSeen(
        Check.REFUSED_IF_AND_ONLY_IF_WRONG,
        (state, event, now) ->
            Fleet.decide(
                state,
                event instanceof Event.Remembered remembered
                    ? new Event.Remembered(withoutRefusals(remembered.retained()))
                    : event,
                now));
  }

  private static RetainedRestrictions withoutRefusals(RetainedRestrictions kept) {
    return new RetainedRestrictions(
        kept.version(), kept.holds(), kept.revoked(), List.of(), kept.resumed());
  }

  // Clocks, and what is lost.

  @Test
  void taskThatIsHandedOutAfterItsTimeIsSeen() {
    assertSeen(
        Check.NOTHING_STARTS_TOO_LATE,
        (state, event, now) ->
            Fleet.decide(
                state,
                event instanceof Event.Delivered delivered
                    ? new Event.Delivered(
                        delivered.key(),
                        delivered.task().toBuilder().expiresAt(null).expiration(null).build())
                    : event,
                now));
  }

  /** A limit that is over looks as if it were not, where the clock of the host is behind. */
  @Test
  void limitThatGoesByTheClockOfTheHostIsSeen() {
    assertSeen(
        Check.NOBODY_ELSE_IS_KILLED,
        (state, event, now) ->
            Fleet.decide(
                state,
                event,
                event instanceof Event.TimerDue && now.instant().isBefore(now.steady())
                    ? Now.agreeing(now.instant())
                    : now));
  }

  @Test
  void orderFromTheFutureThatIsObeyedIsSeen() {
    assertSeen(
        Check.REFUSED_IF_AND_ONLY_IF_WRONG,
        (state, event, now) ->
            event instanceof Event.OrderArrived arrived
                    && arrived.heard().order().issuedAt().isAfter(now.instant().plusSeconds(60))
                ? Fleet.decide(state, misdated(arrived), now)
                : Fleet.decide(state, event, now));
  }

  private static Event misdated(Event.OrderArrived arrived) {
    var order = arrived.heard().order();
    return new Event.OrderArrived(
        misread(
            arrived.heard(),
            one -> one.toBuilder().issuedAt(order.issuedAt().minusSeconds(60)).build()));
  }

  // How they are falsified.

  /** A controller that reads orders as others than they are, unless they are from the future. */
  private static Simulation.Decider reading(UnaryOperator<Order> misreading) {
    return (FleetState state, Event event, Now now) -> {
      var latest = now.instant().plusSeconds(60);
      UnaryOperator<Order> reads =
          order -> order.issuedAt().isAfter(latest) ? order : misreading.apply(order);
      return Fleet.decide(
          state,
          switch (event) {
            case Event.OrderArrived arrived ->
                new Event.OrderArrived(misread(arrived.heard(), reads));
            case Event.OrdersSynced synced ->
                new Event.OrdersSynced(
                    synced.log().stream().map(heard -> misread(heard, reads)).toList(),
                    synced.trippedBy());
            default -> event;
          },
          now);
    };
  }

  private static HeardOrder misread(HeardOrder heard, UnaryOperator<Order> misreading) {
    return new HeardOrder(
        misreading.apply(heard.order()), heard.userId(), heard.replyTo(), heard.origin());
  }

  private static Order withScope(Order order, Scope scope) {
    return order.toBuilder().scope(scope).build();
  }

  private static Scope withoutQueues(Order order) {
    var scope = order.scope();
    boolean namesMore =
        !scope.controllers().isEmpty() || scope.namesTasks() || !scope.workers().isEmpty();
    return namesMore
        ? new Scope(
            false, scope.controllers(), List.of(), scope.batches(), scope.tasks(), scope.workers())
        : Scope.ALL;
  }

  /** A controller that does not do what it should. */
  private static Simulation.Decider without(Predicate<Effect> left) {
    return (FleetState state, Event event, Now now) -> {
      var decision = Fleet.decide(state, event, now);
      var effects = new ArrayList<>(decision.effects());
      effects.removeIf(left);
      return new Fleet.Decision(decision.state(), effects);
    };
  }
}
