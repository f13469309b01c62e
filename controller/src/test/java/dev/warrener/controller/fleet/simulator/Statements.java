package dev.warrener.controller.fleet.simulator;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.task.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the orders that a controller has heard mean by the contract, worked out from the list of
 * them each time anew, and without the controller's own code.
 */
final class Statements {
  private static final Comparator<Order> BY_AGE =
      Comparator.comparing(Order::issuedAt).thenComparing(Order::id);

  private final String controller;
  private final List<Order> orders = new ArrayList<>();

  Statements(String controller) {
    this.controller = controller;
  }

  void add(Order order) {
    if (!order.dryRun() && orders.stream().noneMatch(known -> known.id().equals(order.id()))) {
      orders.add(order);
    }
  }

  boolean knows(String id) {
    return orders.stream().anyMatch(order -> order.id().equals(id));
  }

  private boolean reachesHere(Scope scope) {
    return (scope.controllers().isEmpty() || scope.controllers().contains(controller))
        && (scope.workers().isEmpty()
            || scope.workers().stream().anyMatch(one -> one.id().startsWith(controller + "/")));
  }

  private static boolean hasQueue(Scope scope, String queue) {
    return scope.queues().isEmpty() || scope.queues().contains(queue);
  }

  private static boolean hasWorker(Scope scope, @Nullable String worker) {
    return scope.workers().isEmpty()
        || scope.workers().stream().anyMatch(one -> one.id().equals(worker));
  }

  static boolean hasTask(Scope scope, Task task) {
    var batch = task.batch();
    boolean inBatch =
        scope.batches().isEmpty() || (batch != null && scope.batches().contains(batch));
    boolean named =
        scope.tasks().isEmpty()
            || scope.tasks().stream()
                .anyMatch(one ->
                    one.id().equals(task.id())
                        && (one.attempt() == null || one.attempt() == task.attempt()));
    return inBatch && named;
  }

  private static boolean singlesOut(Scope scope) {
    return !scope.batches().isEmpty() || !scope.tasks().isEmpty();
  }

  /** Whether all of a queue is held here. */
  boolean held(String queue) {
    return held(queue, null, null);
  }

  /** Whether no process may start for a worker, or with a task no run of it on that worker. */
  boolean held(String queue, @Nullable String worker, @Nullable Task task) {
    Order newest = null;
    for (var order : orders) {
      boolean speaks =
          order.kind() == OrderKind.RESUME
              || order.kind() == OrderKind.HOLD
              || order.kind() == OrderKind.DRAIN
              || (order.kind() == OrderKind.KILL && order.setsHold());
      var scope = order.scope();
      if (speaks
          && reachesHere(scope)
          && hasQueue(scope, queue)
          && hasWorker(scope, worker)
          && (task == null ? !singlesOut(scope) : hasTask(scope, task))
          && (newest == null || BY_AGE.compare(order, newest) > 0)) {
        newest = order;
      }
    }
    return newest != null && newest.kind() != OrderKind.RESUME;
  }

  /** The order by which a task must not start any more, or null. */
  @Nullable Order revokes(Task task) {
    for (var order : orders) {
      var scope = order.scope();
      if (order.kind() == OrderKind.KILL
          && order.revocation() != Backlog.KEEP
          && reachesHere(scope)
          && hasQueue(scope, task.queue())
          && hasTask(scope, task)
          && orders.stream().noneMatch(later -> lifts(later, order, task))) {
        return order;
      }
    }
    return null;
  }

  private boolean lifts(Order resume, Order revocation, Task task) {
    var named = resume.scope();
    if (resume.kind() != OrderKind.RESUME
        || BY_AGE.compare(resume, revocation) < 0
        || !reachesHere(named)
        || !named.workers().isEmpty()
        || !hasQueue(named, task.queue())) {
      return false;
    }
    boolean hasTask = named.tasks().stream().anyMatch(one -> one.id().equals(task.id()));
    boolean hasBatch = task.batch() != null && named.batches().contains(task.batch());
    boolean reaches =
        (named.tasks().isEmpty() || hasTask) && (named.batches().isEmpty() || hasBatch);
    // It must name what the revocation names.
    return reaches
        && ((hasTask && !revocation.scope().tasks().isEmpty())
            || (hasBatch && !revocation.scope().batches().isEmpty()));
  }
}
