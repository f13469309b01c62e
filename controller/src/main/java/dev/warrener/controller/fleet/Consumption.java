package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.Prefetch;
import dev.warrener.controller.fleet.state.QueueState;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.WithoutBroker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Starts and ends the consumption of queues: a queue is consumed while it has workers that may run
 * its tasks. After the loss of a connection it drops the deliveries that the broker has back.
 *
 * <p>Unless a look-ahead is set, a queue's tasks wait here only while its runs are short. Tasks
 * that wait behind long runs go back to the broker, because a worker of another host may be idle.
 */
final class Consumption {
  /** The task connection is up. */
  void brokerUp(Transition change, Event.BrokerUp up) {
    if (up.generation() <= change.broker.generation()) {
      return;
    }
    if (change.broker.connected()) {
      forgetDeliveries(change, Duration.ZERO);
      startLease(change, Duration.ZERO);
    }
    change.broker = change.broker.up(up.generation());
  }

  /** The task connection is lost: the broker has back what was delivered by it. */
  void brokerDown(Transition change, Event.BrokerDown down) {
    if (!change.broker.connected() || down.generation() != change.broker.generation()) {
      return;
    }
    change.broker = change.broker.down();
    change.log(
        true,
        "lost the task connection (" + down.reason() + "): running tasks " + theirFate(change));
    // The lease runs from the broker's last sign of life, not from when its silence was noticed.
    forgetDeliveries(change, down.silence());
    startLease(change, down.silence());
  }

  /** Returns what becomes of running tasks while no order can be received, as a clause. */
  static String fateOfDeaf(Transition change) {
    return change.settings.withoutBroker() == WithoutBroker.FINISH
        ? "go on to their end"
        : "go on for " + change.settings.lease().toMillis() + " ms at most";
  }

  private static String theirFate(Transition change) {
    return switch (change.settings.withoutBroker()) {
      case LEASE -> "go on for " + change.settings.lease().toMillis() + " ms at most";
      case KILL -> "are killed";
      case FINISH -> "go on to their end";
    };
  }

  /** The broker ended the consumption of a queue and has back what was delivered from it. */
  void ended(Transition change, Event.ConsumptionEnded event) {
    var queue = change.queues.get(event.queue());
    if (!change.broker.connected()
        || event.generation() != change.broker.generation()
        || queue == null) {
      return;
    }
    change.log(
        true, "the broker ended the consumption of queue " + event.queue() + ": " + event.reason());
    forgetDeliveries(change, queue, Duration.ZERO);
    startLease(change, Duration.ZERO);
  }

  /**
   * A connection was lost: the runs that it leaves cut off are looked at when their time is over.
   *
   * @param silence the time since the broker's last sign of life on it
   */
  static void startLease(Transition change, Duration silence) {
    var lease = change.settings.lease().minus(silence);
    switch (change.settings.withoutBroker()) {
      case KILL -> {
        change.schedule(new Timer.LeaseOver(), change.instant());
        change.schedule(new Timer.LeaseOver(), change.instant().plus(lease));
      }
      case LEASE -> change.schedule(new Timer.LeaseOver(), change.instant().plus(lease));
      case FINISH -> {}
    }
  }

  private static void forgetDeliveries(Transition change, Duration silence) {
    for (var queue : change.queues.values()) {
      forgetDeliveries(change, queue, silence);
    }
  }

  private static void forgetDeliveries(Transition change, QueueState queue, Duration silence) {
    change.put(queue.with(queue.prefetch().ended()).withoutWaiting());
    for (var slot : change.pool.ofQueue(queue.name())) {
      if (slot.run() != null) {
        change.put(slot.withoutDeliveries(change.now.steady().minus(silence)));
      }
    }
    change.orders = change.orders.handedBack(queue.name());
    change.broker = change.broker.handedBack(queue.name());
  }

  /**
   * Consumes the queues that have workers for their tasks, and no others.
   *
   * @return the queues to which waiting tasks were returned
   */
  Set<String> consumeWanted(Transition change) {
    var returned = new HashSet<String>();
    for (var name : change.queues.keySet()) {
      var queue = change.queues.get(name);
      if (queue == null) {
        continue;
      }
      var before = queue.prefetch();
      queue =
          consume(
              change,
              queue,
              isWanted(change, name) ? before.asking(seats(change, queue)) : before.ended());
      boolean wanted = queue.consuming();
      // Waiting tasks go back behind those that were in flight, so that the queue keeps its order.
      if (!wanted && !queue.waiting().isEmpty() && !change.orders.willSettleWaiting(name)) {
        returnWaiting(change, queue);
        returned.add(name);
      }
    }
    return returned;
  }

  /** Asks the broker for another number of tasks, if it is another one. */
  private static QueueState consume(Transition change, QueueState queue, Prefetch next) {
    var before = queue.prefetch();
    if (next.asked() > 0 && next.asked() != before.asked()) {
      change.add(new Effect.Consume(queue.name(), next.asked()));
    } else if (next.asked() == 0 && before.asked() > 0) {
      change.add(new Effect.CancelConsumer(queue.name()));
    }
    if (next.equals(before)) {
      return queue;
    }
    var changed = queue.with(next);
    change.put(changed);
    return changed;
  }

  /**
   * Returns for how many workers tasks are taken. A worker that dies keeps its seat, because
   * another one will soon be in its place, until a task has waited for it for too long. At first
   * there is a seat for a run whose delivery was lost as well, so that it can be delivered again.
   */
  private static int seats(Transition change, QueueState queue) {
    var settings = change.settings.queue(queue.name());
    int before = queue.prefetch().seats();
    if (!settings.adapts() || before == settings.workers()) {
      return settings.workers();
    }
    return Math.max(able(change, settings, before == Prefetch.NONE), before);
  }

  /**
   * Returns how many workers have a task, or could start one now.
   *
   * @param withLost whether those count that run a task whose delivery was lost
   */
  private static int able(Transition change, Settings.QueueSettings settings, boolean withLost) {
    int able = 0;
    for (var slot : change.pool.ofQueue(settings.name())) {
      var run = slot.run();
      boolean counts = run == null ? isFree(change, slot) : withLost || change.broker.holds(run);
      able += counts ? 1 : 0;
    }
    return Math.min(able, settings.workers());
  }

  private static boolean isFree(Transition change, Slot slot) {
    return slot.process() instanceof Slot.Idle && !change.held(slot);
  }

  private static boolean isWanted(Transition change, String queue) {
    if (!change.broker.connected()
        || !change.broker.synced()
        || change.phase != Phase.RUNNING
        || change.restrictions.queueHeld(change.settings, queue)
        || OrderBacklog.isBeingDropped(change, queue)) {
      return false;
    }
    for (var slot : change.pool.ofQueue(queue)) {
      if (slot.proven() && mayWork(change, slot)) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayWork(Transition change, Slot slot) {
    return !(slot.process() instanceof Slot.CrashLooping) && (slot.isLive() || !change.held(slot));
  }

  // What waits here.

  /** A run has ended: short runs let the look-ahead of their queue grow, a long one ends it. */
  static void noteDuration(Transition change, String name, Duration took) {
    var queue = change.queues.get(name);
    var settings = change.settings.queue(name);
    if (queue != null && settings.adapts()) {
      var before = queue.prefetch();
      var after =
          took.compareTo(settings.shortRun()) < 0
              ? before.afterShortRun(settings, change.now.steady())
              : before.afterLongRun(change.now.steady());
      if (!after.equals(before)) {
        change.put(queue.with(after));
      }
    }
  }

  /** Whether a worker is busy for too long for a task to wait for it here. */
  static boolean isTooLong(Transition change, String queue, Slot.Busy busy) {
    var settings = change.settings.queue(queue);
    return settings.adapts() && !change.instant().isBefore(busy.since().plus(settings.shortRun()));
  }

  /** Sets a timer that looks after the tasks that wait here, unless they may always do so. */
  void watchWaiting(Transition change) {
    for (var queue : change.queues.values()) {
      var settings = change.settings.queue(queue.name());
      if (settings.adapts() && !queue.waiting().isEmpty() && !queue.prefetch().watched()) {
        change.put(queue.with(queue.prefetch().watched(true)));
        change.schedule(
            new Timer.LookAheadDue(queue.name()), change.instant().plus(settings.shortRun()));
      }
    }
  }

  /** Returns the tasks that no worker will start soon to their queue, the newest ones. */
  void lookAheadDue(Transition change, String name) {
    var queue = change.queues.get(name);
    if (queue == null) {
      return;
    }
    var prefetch = queue.prefetch().watched(false);
    var settings = change.settings.queue(name);
    int soon = able(change, settings, true);
    for (var slot : change.pool.ofQueue(name)) {
      if (slot.process() instanceof Slot.Busy busy && isTooLong(change, name, busy)) {
        prefetch = prefetch.afterLongRun(change.now.steady());
        soon--;
      } else if (slot.process() instanceof Slot.Dying && slot.run() != null) {
        soon--;
      }
    }
    queue = queue.with(prefetch);
    change.put(queue);
    int surplus = queue.waiting().size() - Math.max(0, soon) - prefetch.ahead();
    if (surplus > 0 && queue.consuming() && !change.orders.willSettleWaiting(name)) {
      // First fewer tasks are asked for, so that the broker does not send the same ones again.
      queue = consume(change, queue, prefetch.asking(able(change, settings, false)));
      returnNewest(change, queue, surplus);
    }
  }

  private static void returnNewest(Transition change, QueueState queue, int surplus) {
    int kept = queue.waiting().size() - surplus;
    for (long tag : queue.waiting().keySet()) {
      if (kept-- <= 0) {
        var key = new DeliveryKey(change.broker.generation(), queue.name(), tag);
        change.takeOut(key);
        change.requeue(key);
      }
    }
  }

  /** Returns all waiting tasks to their queues. */
  void returnAllWaiting(Transition change) {
    for (var queue : change.queues.values()) {
      returnWaiting(change, queue);
    }
  }

  private static void returnWaiting(Transition change, QueueState queue) {
    for (long tag : queue.waiting().keySet()) {
      change.requeue(new DeliveryKey(change.broker.generation(), queue.name(), tag));
    }
    change.put(queue.withoutWaiting());
  }
}
