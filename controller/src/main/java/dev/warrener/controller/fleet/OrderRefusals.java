package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.TaskKey;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tells why an order is refused here. */
final class OrderRefusals {
  private OrderRefusals() {}

  /**
   * Returns why an order must not be carried out here, or null.
   *
   * @param atStart whether it is read from the log at the start. Then there is no worker yet, so no
   *     fence can fail: a former run of this controller has accepted the order, or has written down
   *     that it refused it. And no controller ends that was started again
   */
  static @Nullable String of(Transition change, Order order, boolean atStart) {
    var refusal = ofTime(change, order);
    // A question is answered, whatever the clock of the person who asks it.
    if (refusal == null && hasEffect(order) && order.isExpired(change.instant())) {
      refusal = expired(change, order);
    }
    if (refusal == null) {
      refusal = ofBacklog(order);
    }
    if (refusal == null && !atStart) {
      refusal = ofExit(change, order);
    }
    if (refusal == null && !atStart) {
      refusal = fence(change, order);
    }
    return refusal;
  }

  /** An order that was given just now has expired, too, if the clocks differ much. */
  private static String expired(Transition change, Order order) {
    return "it expired at "
        + order.expiresAt()
        + ", "
        + Duration.between(order.expiresAt(), change.instant()).toSeconds()
        + " s ago by this controller's clock: give it again; if it was given just now, first set"
        + " the clocks of both hosts right";
  }

  /** Returns why an order's time of issue can't be right, or null. */
  static @Nullable String ofTime(Transition change, Order order) {
    return hasEffect(order) ? Outranked.ahead(change, order) : null;
  }

  /** Whether an order changes anything, so that it matters whether it was refused. */
  static boolean hasEffect(Order order) {
    return !order.dryRun() && order.kind() != OrderKind.ROLL_CALL;
  }

  /** Returns why the waiting tasks of an order can't be dropped, or null. */
  private static @Nullable String ofBacklog(Order order) {
    var scope = order.scope();
    return order.kind() == OrderKind.KILL
            && order.backlog() != Backlog.KEEP
            && !scope.canHaveBacklog()
        ? "tasks wait in queues, not at workers or controllers, so a backlog of "
            + scope.describe()
            + " can't be "
            + (order.backlog() == Backlog.PURGE ? "purged" : "dead-lettered")
            + ": name the queues and no workers, or keep the backlog"
        : null;
  }

  /** Returns why this controller can't end itself after a kill that is to end it, or null. */
  private static @Nullable String ofExit(Transition change, Order order) {
    if (order.kind() != OrderKind.KILL
        || order.then() != Then.EXIT
        || !order.scope().coversController(change.settings.controller())) {
      return null;
    }
    return coversAll(change, order) || coversNoQueue(change, order)
        ? null
        : "then exit ends this controller with all of its workers and queues ("
            + String.join(", ", change.queues.keySet())
            + "), and the order is only about "
            + order.scope().describe()
            + ": use hold, or name the whole controller";
  }

  /** Whether an order covers all that this controller serves, so that it may end it. */
  static boolean coversAll(Transition change, Order order) {
    var scope = order.scope();
    return scope.coversController(change.settings.controller())
        && scope.workers().isEmpty()
        && !scope.namesTasks()
        && change.queues.keySet().stream().allMatch(scope::coversQueue);
  }

  private static boolean coversNoQueue(Transition change, Order order) {
    return change.queues.keySet().stream().noneMatch(order.scope()::coversQueue);
  }

  /** Returns why the user who gave an order may not give it, or null. */
  static @Nullable String ofUser(Transition change, HeardOrder heard) {
    if (heard.origin() == Origin.LOCAL) {
      // Every user of the control socket may give orders; the kernel has checked the user.
      return null;
    }
    var user = heard.userId();
    if (user == null) {
      return "it has no user_id: publish orders with the user_id of the connection set, so that the"
          + " broker vouches for it";
    }
    if (!change.settings.operators().isEmpty() && !change.settings.operators().contains(user)) {
      return "user " + user + " is no operator here";
    }
    return null;
  }

  /** Returns why a fence of an order does not match the runs and processes here, or null. */
  private static @Nullable String fence(Transition change, Order order) {
    for (var target : order.scope().tasks()) {
      var missed = missed(change, target);
      if (missed != null) {
        return missed;
      }
    }
    for (var target : order.scope().workers()) {
      var missed = missed(change, target, order.issuedAt());
      if (missed != null) {
        return missed;
      }
    }
    return null;
  }

  private static @Nullable String missed(Transition change, TaskTarget target) {
    if (target.attempt() == null) {
      return null;
    }
    for (var slot : change.pool.slots()) {
      var run = slot.run();
      if (run != null && run.task().id().equals(target.id())) {
        return run.task().attempt() == target.attempt()
            ? null
            : "task "
                + target.id()
                + " runs here as attempt "
                + run.task().attempt()
                + ", not "
                + target.attempt();
      }
    }
    for (var queue : change.queues.keySet()) {
      var last = change.memory.lastRun(new TaskKey(target.id(), queue));
      if (last != null && last.attempt() >= target.attempt()) {
        return "attempt " + last.attempt() + " of task " + target.id() + " has ended here";
      }
    }
    return null;
  }

  private static @Nullable String missed(Transition change, WorkerTarget target, Instant issuedAt) {
    if (target.incarnation() == null) {
      return null;
    }
    for (var slot : change.pool.slots()) {
      if (!change.workerId(slot).equals(target.id())) {
        continue;
      }
      if (slot.incarnation() != target.incarnation()) {
        return "worker "
            + target.id()
            + " is incarnation "
            + slot.incarnation()
            + " now, not "
            + target.incarnation()
            + "; it "
            + slot.describe();
      }
      if (issuedAt.isBefore(change.startedAt())) {
        return "this controller has started anew since the order was issued: incarnation "
            + slot.incarnation()
            + " of worker "
            + target.id()
            + " is another process; it "
            + slot.describe();
      }
    }
    return null;
  }
}
