package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState.Pending;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/** The waiting tasks in the scope of an order. */
final class OrderBacklog {
  private final Transition step;

  OrderBacklog(Transition step) {
    this.step = step;
  }

  boolean dropsBacklog(Order order) {
    return (order.kind() == OrderKind.PURGE
            || (order.kind() == OrderKind.KILL && order.backlog() != Backlog.KEEP))
        && !order.scope().namesTasks()
        && order.scope().coversController(step.settings.controller());
  }

  void startBacklog(OrderProgress run) {
    var order = run.order();
    boolean purge = order.kind() == OrderKind.PURGE;
    if (!dropsBacklog(order)) {
      return;
    }
    for (var queue : step.queues.keySet()) {
      if (!order.scope().coversQueue(queue)) {
        continue;
      }
      if (!step.connected || run.isImpatient()) {
        step.put(
            step.orderExecution
                .current(order.id())
                .failing("queue " + queue + ": no broker, so its waiting tasks are as they were"));
        continue;
      }
      long token = step.nextToken(new Pending.Waiting(order.id(), queue));
      step.put(step.orderExecution.current(order.id()).waitingFor(token));
      step.effects.add(
          purge || order.backlog() == Backlog.PURGE
              ? new Effect.PurgeBacklog(token, queue)
              : new Effect.DeadLetterBacklog(
                  token,
                  queue,
                  step.conclusion.deadHeaders(
                      DeadReason.KILLED, step.conclusion.detailOf(order), order.id())));
    }
  }

  /** What was delivered and not started shares the fate of what waits at the broker. */
  void dropWaiting(Order order, Backlog fate) {
    var scope = order.scope();
    if (scope.namesTasks() || !scope.coversController(step.settings.controller())) {
      return;
    }
    for (var queue : List.copyOf(step.queues.values())) {
      if (!scope.coversQueue(queue.name())) {
        continue;
      }
      for (var entry : queue.waiting().entrySet()) {
        var key = new DeliveryKey(step.generation, queue.name(), entry.getKey());
        var run = step.orderExecution.current(order.id()).plusBacklog(1);
        step.put(run);
        if (fate == Backlog.PURGE) {
          step.acknowledge(key);
        } else {
          long token =
              step.conclusion.deadLetter(
                  key,
                  entry.getValue(),
                  DeadReason.KILLED,
                  step.conclusion.detailOf(order),
                  order,
                  Outcome.KILLED);
          if (token != 0) {
            step.put(step.orderExecution.current(order.id()).waitingFor(token));
          }
        }
      }
      step.put(queue.withWaiting(TreePMap.empty()));
    }
  }

  void backlogOver(long token, long count, @Nullable String failure) {
    if (!(step.pending.get(token) instanceof Pending.Waiting waiting)) {
      return;
    }
    step.pending = step.pending.minus(token);
    var run = step.orders.get(waiting.order());
    if (run == null) {
      return;
    }
    var next = run.notWaitingFor(token).plusBacklog(count);
    step.put(
        failure == null
            ? next
            : next.failing("the waiting tasks of queue " + waiting.queue() + ": " + failure));
  }
}
