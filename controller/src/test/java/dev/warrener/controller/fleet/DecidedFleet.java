package dev.warrener.controller.fleet;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The decisions of one fleet over a sequence of events, and the effects so far. */
final class DecidedFleet {
  static final WorkerKey WORKER = new WorkerKey(1, 1);

  private Instant now = Instant.parse("2026-11-28T03:00:00Z");
  private FleetState state;
  private final List<Effect> effects = new ArrayList<>();
  private long tag;

  DecidedFleet(Settings settings) {
    state = FleetState.initial(settings, now);
  }

  /** Returns a fleet with one worker of queue {@code mail} that is ready for those handlers. */
  static DecidedFleet withWorker(String... handlers) {
    return withWorker(TestSettings.of(1, 5), handlers);
  }

  /** Returns a fleet of these settings with one worker that is ready for those handlers. */
  static DecidedFleet withWorker(Settings settings, String... handlers) {
    var fleet = new DecidedFleet(settings);
    fleet.happen(new Event.OrdersSynced(List.of(), null));
    fleet.happen(new Event.BrokerUp(1));
    fleet.happen(new Event.Spawned(WORKER, 1001, 1));
    fleet.happen(new Event.Ready(WORKER, Set.of(handlers)));
    return fleet;
  }

  Instant now() {
    return now;
  }

  FleetState state() {
    return state;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /** Lets something happen a millisecond later; returns what follows at once. */
  List<Effect> happen(Event event) {
    pass(Duration.ofMillis(1));
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
    return decision.effects();
  }

  /** Delivers a task for the first time. */
  DeliveryKey deliver(Task task) {
    return deliver(task, false);
  }

  DeliveryKey deliver(Task task, boolean redelivered) {
    var key = nextKey();
    happen(new Event.Delivered(key, task, redelivered ? 1 : 0, redelivered));
    return key;
  }

  DeliveryKey nextKey() {
    return new DeliveryKey(state.broker().generation(), "mail", ++tag);
  }

  void start(Task task) {
    happen(new Event.Started(WORKER, task.id(), task.attempt()));
  }

  /** Ends the run of a task: well, or with an error. */
  void finish(Task task, @Nullable TaskError error) {
    happen(
        new Event.Finished(
            WORKER, task.id(), task.attempt(), new RunEnd(Body.EMPTY, Task.JSON, error)));
  }

  /** The worker ends. */
  void die(int signal) {
    happen(new Event.TreeEmpty(Certificates.found(WORKER, signal)));
  }

  void give(Order order) {
    happen(new Event.OrderArrived(new HeardOrder(order, "ana", null)));
  }

  /** Lets the broker show that it has taken all settlements. */
  void answerBarriers() {
    for (var barrier : all(Effect.Barrier.class)) {
      happen(new Event.BarrierPassed(barrier.token()));
    }
  }

  List<Effect> effects() {
    return effects;
  }

  <T extends Effect> List<T> all(Class<T> type) {
    return effects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  List<ResultMessage> answers(String task) {
    return all(Effect.SendResult.class).stream()
        .map(Effect.SendResult::result)
        .filter(result -> result.task().equals(task))
        .toList();
  }

  List<String> warnings() {
    return all(Effect.Log.class).stream()
        .filter(Effect.Log::warning)
        .map(Effect.Log::message)
        .toList();
  }

  /** Returns the last report of the order that is done. */
  Report.ControllerDone done() {
    return all(Effect.Say.class).stream()
        .map(Effect.Say::report)
        .filter(Report.ControllerDone.class::isInstance)
        .map(Report.ControllerDone.class::cast)
        .toList()
        .getLast();
  }
}
