package dev.warrener.controller.fleet;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of controller {@code web-1}, with two workers of the queue {@code mail}, to which
 * orders come. It is started again as often as a test wants it.
 */
final class OrderedFleet {
  Instant now = Instant.parse("2026-11-23T03:12:07Z");
  FleetState state = FleetState.initial(TestSettings.of(2, 4), now);

  /** All effects since {@link #forget} or the start of this run. */
  final List<Effect> effects = new ArrayList<>();

  private long generation;
  private long tag;
  private RetainedKills kills = RetainedKills.NONE;

  /** Starts the controller with two idle workers, for the first time. */
  static OrderedFleet started() {
    var fleet = new OrderedFleet();
    fleet.connect();
    fleet.ready(1, 1);
    fleet.ready(2, 1);
    fleet.forget();
    return fleet;
  }

  /**
   * SIGKILL, and a new start: nothing is left but what was written down. The log is not read yet.
   */
  void startAgain() {
    kills = kept();
    startAgainWithout(null);
  }

  /**
   * As {@link #startAgain}, without what was written down.
   *
   * @param unknown why nothing is known of it, or null if there was nothing
   */
  void startAgainKnowingNothing(@Nullable String unknown) {
    kills = RetainedKills.NONE;
    startAgainWithout(unknown);
  }

  private void startAgainWithout(@Nullable String unknown) {
    now = now.plusSeconds(2);
    state = FleetState.initial(TestSettings.of(2, 4), now);
    effects.clear();
    happen(new Event.KillsRemembered(kills, 0, unknown));
  }

  void connect(Order... log) {
    happen(
        new Event.OrdersSynced(
            Arrays.stream(log)
                .map(order -> new HeardOrder(order, "ops", null, Origin.LOG))
                .toList(),
            null));
    generation++;
    happen(new Event.BrokerUp(generation));
  }

  void ready(int slot, long incarnation) {
    var worker = new WorkerKey(slot, incarnation);
    happen(new Event.Spawned(worker, 1000 + slot, 1));
    happen(new Event.Ready(worker, Set.of("*")));
  }

  void deliver(Task task) {
    tag++;
    happen(new Event.Delivered(new DeliveryKey(generation, task.queue(), tag), task));
  }

  void deliver(String id) {
    deliver(Task.to("mail", "work").id(id).publishedAt(now).build());
  }

  /** Delivers a task, which starts at once. */
  void run(String id) {
    deliver(id);
    startLast();
  }

  void run(Task task) {
    deliver(task);
    startLast();
  }

  private void startLast() {
    var dispatch = (Effect.Dispatch) last(Effect.Dispatch.class);
    happen(new Event.Started(dispatch.worker(), dispatch.task().id(), dispatch.task().attempt()));
  }

  void finish(int slot, String id) {
    happen(
        new Event.Finished(new WorkerKey(slot, 1), id, 1, new RunEnd(Body.EMPTY, Task.JSON, null)));
  }

  /** The broker shows that it has taken everything, and the last tree of each of these is empty. */
  void die(int... slots) {
    for (int slot : slots) {
      happen(new Event.TreeEmpty(Certificates.proven(new WorkerKey(slot, 1))));
    }
    for (var effect : List.copyOf(effects)) {
      if (effect instanceof Effect.Barrier barrier) {
        happen(new Event.BarrierPassed(barrier.token()));
      }
    }
  }

  void arrive(Order order) {
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
  }

  void arriveHere(Order order) {
    happen(new Event.OrderArrived(new HeardOrder(order, "ana", null, Origin.LOCAL)));
  }

  void happen(Event event) {
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  void forget() {
    effects.clear();
  }

  /** Returns the kills that were written down last. */
  RetainedKills kept() {
    return state.orders().retained();
  }

  // Orders.

  Order.Builder order(OrderKind kind, Scope scope) {
    return Order.builder(kind, scope)
        .reason("INC-42")
        .issuedBy("ana")
        .issuedAt(now)
        .expiresAt(now.plusSeconds(1800));
  }

  Order.Builder kill(Scope scope, InFlight fate, Then then) {
    return order(OrderKind.KILL, scope).inFlight(fate).then(then);
  }

  // What came of it.

  <T extends Effect> List<T> all(Class<T> type) {
    return effects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private Effect last(Class<? extends Effect> type) {
    return effects.reversed().stream()
        .filter(type::isInstance)
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(type + " in " + effects));
  }

  <T extends Report> List<T> said(Class<T> type, String order) {
    return effects.stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(report -> type.isInstance(report) && report.order().equals(order))
        .map(type::cast)
        .toList();
  }

  Report.ControllerDone done(Order order) {
    var done = said(Report.ControllerDone.class, order.id());
    if (done.size() != 1) {
      throw new AssertionError(done.size() + " controller.done in " + effects);
    }
    return done.getFirst();
  }

  List<String> refusals(Order order) {
    return said(Report.ControllerRefused.class, order.id()).stream()
        .map(Report.ControllerRefused::because)
        .toList();
  }
}
