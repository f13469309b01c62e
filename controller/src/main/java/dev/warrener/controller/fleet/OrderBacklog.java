package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.Pending;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Drops or moves the waiting tasks in the scope of an order. */
final class OrderBacklog {
  private final TaskOutcomes outcomes;
  private final TaskReports reports;

  OrderBacklog(TaskOutcomes outcomes, TaskReports reports) {
    this.outcomes = outcomes;
    this.reports = reports;
  }

  /** Whether an order drops or moves waiting tasks here. */
  static boolean isDroppedBy(Transition change, Order order) {
    return (order.kind() == OrderKind.PURGE
            || (order.kind() == OrderKind.KILL && order.backlog() != Backlog.KEEP))
        && !order.scope().namesTasks()
        && order.scope().coversController(change.settings.controller());
  }

  /**
   * Whether an order waits for its broadcast before it drops or moves waiting tasks: so far it has
   * come from the log alone.
   */
  static boolean awaitsBroadcast(Transition change, OrderProgress progress) {
    return !progress.hasCome()
        && !progress.order().dryRun()
        && isDroppedBy(change, progress.order());
  }

  /**
   * Whether an order under way drops or moves the waiting tasks of a queue. None is received until
   * it is done: otherwise those would be left that arrive after the others here were dropped, and
   * before the broker drops its own.
   */
  static boolean isBeingDropped(Transition change, String queue) {
    for (var progress : change.orders.underWay().values()) {
      if (progress.order().scope().coversQueue(queue) && isDroppedBy(change, progress.order())) {
        return true;
      }
    }
    return false;
  }

  /** Returns the queues whose waiting tasks an order drops or moves here. */
  static List<String> droppedBy(Transition change, Order order) {
    return isDroppedBy(change, order)
        ? change.queues.keySet().stream().filter(order.scope()::coversQueue).toList()
        : List.of();
  }

  /** Asks the broker to drop the tasks that wait there, or moves them to the dead letters. */
  void start(Transition change, OrderProgress progress) {
    var order = progress.order();
    boolean purge = order.kind() == OrderKind.PURGE || order.backlog() == Backlog.PURGE;
    for (var queue : droppedBy(change, order)) {
      var now = change.orders.current(order.id());
      if (!change.broker.connected() || progress.isImpatient()) {
        change.put(
            now.failing("queue " + queue + ": no broker, so its waiting tasks are as they were"));
        continue;
      }
      long token = change.ask(new Pending.Waiting(order.id(), queue));
      change.put(now.waitingFor(token));
      change.add(
          purge
              ? new Effect.PurgeBacklog(token, queue, order)
              : new Effect.DeadLetterBacklog(
                  token, queue, order, outcomes.deadHeaders(change, order)));
    }
  }

  /** Drops or moves the tasks that were delivered here and not started. */
  void dropWaiting(Transition change, Order order, Backlog fate) {
    var scope = order.scope();
    if (scope.namesTasks() || !scope.coversController(change.settings.controller())) {
      return;
    }
    for (var queue : List.copyOf(change.queues.values())) {
      if (!scope.coversQueue(queue.name())) {
        continue;
      }
      for (var entry : queue.waiting().entrySet()) {
        var key = new DeliveryKey(change.broker.generation(), queue.name(), entry.getKey());
        change.put(change.orders.current(order.id()).plusBacklog(1));
        if (fate == Backlog.PURGE) {
          change.acknowledge(key);
          reports.purged(change, entry.getValue(), order);
        } else {
          long token = outcomes.killedWaiting(change, key, entry.getValue(), order);
          if (token != 0) {
            change.put(change.orders.current(order.id()).waitingFor(token));
          }
        }
      }
      change.put(queue.withoutWaiting());
      awaitCopies(change, order, queue.name(), fate);
    }
  }

  /**
   * Lets an order wait for the tasks of a queue that are just being copied to a retry queue or the
   * dead letters. Otherwise they would be back in their queue after the order is done.
   */
  private static void awaitCopies(Transition change, Order order, String queue, Backlog fate) {
    for (var entry : change.broker.pending().entrySet()) {
      if (entry.getValue() instanceof Pending.Copy copy
          && copy.order() == null
          && copy.delivery().queue().equals(queue)
          && change.broker.isCurrent(copy.delivery())) {
        change.broker =
            change.broker.with(entry.getKey(), copy.awaitedBy(order.id(), fate == Backlog.PURGE));
        change.put(change.orders.current(order.id()).waitingFor(entry.getKey()));
      }
    }
  }

  /** The waiting tasks of a queue were dropped or moved, or not all of them. */
  void over(
      Transition change,
      long token,
      long count,
      long unread,
      long left,
      @Nullable String failure) {
    if (!(change.broker.find(token) instanceof Pending.Waiting waiting)) {
      return;
    }
    change.answered(token);
    var progress = change.orders.underWay(waiting.order());
    if (progress == null) {
      return;
    }
    var next = progress.notWaitingFor(token).plusBacklog(count);
    if (unread > 0) {
      next =
          next.noting(
              unread
                  + " of the "
                  + count
                  + " waiting tasks of queue "
                  + waiting.queue()
                  + " were dropped without a look at each, to be in time: whoever waits for their"
                  + " results is not told");
    }
    if (left > 0) {
      next =
          next.noting(
              "tasks of queue "
                  + waiting.queue()
                  + " were published after the order, and were left there: at least "
                  + left);
    }
    change.put(
        failure == null
            ? next
            : next.failing("the waiting tasks of queue " + waiting.queue() + ": " + failure));
  }
}
