package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.Broker;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.Orders;
import dev.warrener.controller.fleet.state.OtherControllers;
import dev.warrener.controller.fleet.state.Pending;
import dev.warrener.controller.fleet.state.QueueState;
import dev.warrener.controller.fleet.state.Restrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskMemory;
import dev.warrener.controller.fleet.state.WorkerPool;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * A decision in the making: a working copy of the state, and the effects so far. It lives for one
 * call of {@link Fleet#decide}. The rules get it as an argument and keep nothing themselves.
 */
final class Transition {
  final Settings settings;
  final Instant startedAt;
  final Now now;

  Phase phase;
  Broker broker;
  WorkerPool pool;
  TreePMap<String, QueueState> queues;
  Orders orders;
  Restrictions restrictions;
  TaskMemory memory;
  OtherControllers others;

  private final List<Effect> effects = new ArrayList<>();

  /** The restrictions that the tasks at the workers were last checked against. */
  private Restrictions checked;

  private boolean checkedMayDispatch;

  /** Whether the kills under way, or the workers that they kill, may have changed. */
  private boolean haveKillsChanged;

  Transition(FleetState state, Now now) {
    this.now = now;
    settings = state.settings();
    startedAt = state.startedAt();
    phase = state.phase();
    broker = state.broker();
    pool = state.pool();
    queues = state.queues();
    orders = state.orders();
    restrictions = state.restrictions();
    memory = state.memory();
    others = state.others();
    checked = restrictions;
    checkedMayDispatch = mayDispatch();
  }

  /** Returns the state as it is by now. */
  FleetState state() {
    return new FleetState(
        settings, startedAt, phase, broker, pool, queues, orders, restrictions, memory, others);
  }

  Fleet.Decision decision() {
    return new Fleet.Decision(state(), List.copyOf(effects));
  }

  // Look-ups that need the settings.

  Instant instant() {
    return now.instant();
  }

  /** Returns the id of a slot's worker. */
  String workerId(Slot slot) {
    return settings.workerId(slot.number());
  }

  /** Whether a hold keeps a slot from starting a process or a task. */
  boolean held(Slot slot) {
    return restrictions.held(settings, slot);
  }

  /** Whether tasks may be handed to workers at all. */
  boolean mayDispatch() {
    return broker.connected() && broker.synced() && phase == Phase.RUNNING;
  }

  /** Whether what may start has changed since this was last asked. */
  boolean hasChangedWhatMayStart() {
    boolean may = mayDispatch();
    if (restrictions.areThoseOf(checked) && may == checkedMayDispatch) {
      return false;
    }
    checked = restrictions;
    checkedMayDispatch = may;
    return true;
  }

  // Changes of the state.

  void put(Slot slot) {
    pool = pool.with(slot);
  }

  void put(QueueState queue) {
    queues = queues.plus(queue.name(), queue);
  }

  void put(OrderProgress order) {
    haveKillsChanged |= changesKills(orders.underWay(order.id()), order);
    orders = orders.with(order, now.instant());
  }

  // A set that is the same object has not changed.
  @SuppressWarnings("ReferenceEquality")
  private static boolean changesKills(@Nullable OrderProgress before, OrderProgress after) {
    return before == null || after.isOver() || before.targets() != after.targets();
  }

  /** Whether the kills under way, or the workers that they kill, may have changed. */
  boolean haveKillsChanged() {
    return haveKillsChanged;
  }

  /** Takes a task out of the waiting ones of its queue, without settling it. */
  void takeOut(DeliveryKey key) {
    var queue = queues.get(key.queue());
    if (queue != null) {
      put(queue.minus(key.tag()));
    }
  }

  // Effects.

  void add(Effect effect) {
    effects.add(effect);
  }

  /** Adds an effect that is to be carried out before all others. */
  void addFirst(Effect effect) {
    effects.addFirst(effect);
  }

  /** Returns the token of a new request, which the caller is about to make. */
  long ask(Pending request) {
    broker = broker.asking(request);
    return broker.lastToken();
  }

  /** Removes a request, because it is answered or no answer is awaited any more. */
  void answered(long token) {
    broker = broker.answered(token);
  }

  /** Acknowledges a delivery, unless the broker has it back. */
  void acknowledge(DeliveryKey delivery) {
    if (broker.isCurrent(delivery)) {
      settle(delivery, new Effect.Acknowledge(delivery));
    }
  }

  /** Gives a delivery back to its queue uncharged, unless the broker has it back. */
  void requeue(@Nullable DeliveryKey delivery) {
    if (delivery != null && broker.isCurrent(delivery)) {
      settle(delivery, new Effect.Requeue(delivery));
    }
  }

  /** Makes the broker move a delivery to the dead letters, unless the broker has it back. */
  void reject(DeliveryKey delivery) {
    if (broker.isCurrent(delivery)) {
      settle(delivery, new Effect.Reject(delivery));
    }
  }

  private void settle(DeliveryKey delivery, Effect settlement) {
    effects.add(settlement);
    orders = orders.settled(delivery);
  }

  void schedule(Timer timer, Instant at) {
    effects.add(new Effect.Schedule(timer, at));
  }

  void log(boolean warning, String message) {
    effects.add(new Effect.Log(warning, message));
  }

  /** Writes a line of the log that only somebody who looks for it wants to read. */
  void debug(String message) {
    effects.add(new Effect.Log(Effect.Log.Level.DEBUG, message, List.of()));
  }

  /** Writes a warning, and lines that belong to it. */
  void warn(String message, List<String> more) {
    effects.add(new Effect.Log(Effect.Log.Level.WARN, message, more));
  }
}
