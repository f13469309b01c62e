package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.QueueState;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.WithoutBroker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Starts and ends the consumption of queues: a queue is consumed while it has workers that may run
 * its tasks. After the loss of a connection it drops the deliveries that the broker has back.
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
        change.schedule(new Timer.LeaseOver(), change.steady());
        change.schedule(new Timer.LeaseOver(), change.steady().plus(lease));
      }
      case LEASE -> change.schedule(new Timer.LeaseOver(), change.steady().plus(lease));
      case FINISH -> {}
    }
  }

  private static void forgetDeliveries(Transition change, Duration silence) {
    for (var queue : change.queues.values()) {
      forgetDeliveries(change, queue, silence);
    }
  }

  private static void forgetDeliveries(Transition change, QueueState queue, Duration silence) {
    change.put(queue.consuming(false).withoutWaiting());
    for (var slot : change.pool.ofQueue(queue.name())) {
      if (slot.run() != null) {
        change.put(slot.withoutDeliveries(change.steady().minus(silence)));
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
      boolean wanted = isWanted(change, name);
      if (wanted && !queue.consuming()) {
        change.add(new Effect.Consume(name, change.settings.queue(name).prefetch()));
        change.put(queue.consuming(true));
      } else if (!wanted && queue.consuming()) {
        change.add(new Effect.CancelConsumer(name));
        queue = queue.consuming(false);
        change.put(queue);
      }
      // Waiting tasks go back behind those that were in flight, so that the queue keeps its order.
      if (!wanted && !queue.waiting().isEmpty() && !change.orders.willSettleWaiting(name)) {
        returnWaiting(change, queue);
        returned.add(name);
      }
    }
    return returned;
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
