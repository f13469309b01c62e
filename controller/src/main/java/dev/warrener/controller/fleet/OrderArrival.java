package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.Holds;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an order when it comes: by the fanout, from the log, over the control socket, as
 * the tripwire, or from what a former run had to remember.
 */
final class OrderArrival {
  private final Transition step;

  OrderArrival(Transition step) {
    this.step = step;
  }

  void arrived(HeardOrder heard) {
    var id = heard.order().id();
    var refusal = refusal(heard);
    var known = step.orders.containsKey(id) ? step.orders.get(id) : step.done.get(id);
    if (known != null) {
      join(known, heard, refusal);
      return;
    }
    if (refusal != null) {
      // Not remembered: nobody but an operator decides what becomes of an id.
      step.orderReports.refused(heard, refusal);
      return;
    }
    refusal = step.refusals.get(id);
    if (refusal == null && heard.order().isExpired(step.now.instant())) {
      refusal = "it expired at " + heard.order().expiresAt() + ": issue it again";
    }
    if (refusal == null) {
      refusal = fence(heard.order());
    }
    if (refusal != null) {
      refuse(heard, refusal);
      return;
    }
    carryOut(heard, null);
  }

  private void refuse(HeardOrder heard, String because) {
    step.refusals = step.refusals.plus(heard.order().id(), because);
    if (step.refusals.size() > 1000) {
      // Ids sort by time: the first is the oldest.
      step.refusals = step.refusals.minus(step.refusals.firstKey());
    }
    step.orderReports.refused(heard, because);
  }

  /** The same order again is answered, and not carried out again. */
  private void join(OrderProgress known, HeardOrder heard, @Nullable String refusal) {
    if (heard.origin() == Origin.LOG) {
      return;
    }
    if (refusal != null) {
      // A report of it would read as if the order itself had been refused.
      step.orderReports.refusedSilently(heard, refusal);
    } else if (isTheSame(known.heard(), heard.order())) {
      if (known.hasCome()) {
        step.orderReports.again(known, heard);
      } else {
        step.put(known.come());
      }
    } else {
      step.orderReports.refused(
          heard, "another order was given with this id before: give this one an id of its own");
    }
  }

  /**
   * An order that is sent again is issued anew, perhaps about the worker's process of by then; and
   * what was read from the log may ask for less.
   */
  private static boolean isTheSame(HeardOrder known, Order other) {
    var one = known.order();
    return one.scope().withoutFences().equals(other.scope().withoutFences())
        && one.inFlight() == other.inFlight()
        && (one.then() == other.then()
            || (known.origin() == Origin.LOG
                && one.then() == Then.HOLD
                && other.then() == Then.EXIT))
        && one.dryRun() == other.dryRun();
  }

  void unreadable(Event.UnreadableOrder unreadable) {
    step.orderReports.refusedUnread(unreadable);
  }

  /** What a former run had to remember is in force from the beginning. */
  void remembered(RetainedRestrictions keepsake) {
    for (var hold : keepsake.holds().reversed()) {
      step.holds = step.holds.plus(Holds.Statement.of(hold));
    }
    for (var revoked : keepsake.revoked()) {
      step.revocations = step.revocations.plus(revoked);
    }
    step.keepsake = RetainedRestrictions.of(step.holds, step.revocations);
    for (var hold : step.holds.inForce(step.settings.controller())) {
      step.log(
          true,
          "still held: "
              + hold.scope().describe()
              + " since "
              + hold.issuedAt()
              + " by "
              + hold.issuedBy()
              + " ("
              + hold.order()
              + "): "
              + hold.reason());
    }
  }

  /** The log has been read: what is in force is in force, what is still to be done is done. */
  void synced(Event.OrdersSynced log) {
    boolean first = step.phase == Phase.STARTING;
    step.synced = true;
    if (first) {
      step.phase = Phase.RUNNING;
    }
    for (var heard : log.log()) {
      var order = heard.order();
      if (step.done.containsKey(order.id())
          || step.orders.containsKey(order.id())
          || step.refusals.containsKey(order.id())
          || refusal(heard) != null) {
        continue;
      }
      // Before the first worker there is nobody whom an order could miss. It was taken on, or
      // refused, in a former life of this controller: that it holds is the safe side.
      var refusal = first ? null : fence(order);
      if (order.isExpired(step.now.instant())) {
        putInForce(heard);
      } else if (refusal != null) {
        refuse(heard, refusal);
      } else {
        carryOut(heard.with(read(order, first)), order);
      }
    }
    if (log.trippedBy() != null) {
      tripped(log.trippedBy());
    }
  }

  /** The tripwire stands for an order that could not be published. */
  void tripped(String id) {
    step.log(true, "the tripwire was pulled: all workers are killed, and held until a resume");
    var now = step.now.instant();
    carryOut(
        new HeardOrder(
            new Order(
                Order.VERSION,
                id,
                OrderKind.KILL,
                Scope.ALL,
                InFlight.REQUEUE,
                Backlog.KEEP,
                Then.HOLD,
                0,
                "the tripwire was pulled",
                "tripwire",
                now,
                now.plus(Duration.ofMinutes(30)),
                false),
            null,
            null,
            Origin.TRIPWIRE),
        null);
  }

  private @Nullable String refusal(HeardOrder heard) {
    if (heard.origin() == Origin.LOCAL) {
      // Who may use the control socket may give orders: the kernel has checked that.
      return null;
    }
    var user = heard.userId();
    if (user == null) {
      return "it has no user_id: publish orders with the user_id of the connection set, so that the"
          + " broker vouches for it";
    }
    if (!step.settings.operators().isEmpty() && !step.settings.operators().contains(user)) {
      return "user " + user + " is no operator here";
    }
    return null;
  }

  /** Why an order is about another run, or another process, than those that are here; or null. */
  private @Nullable String fence(Order order) {
    for (var target : order.scope().tasks()) {
      var missed = missed(target);
      if (missed != null) {
        return missed;
      }
    }
    for (var target : order.scope().workers()) {
      var missed = missed(target, order.issuedAt());
      if (missed != null) {
        return missed;
      }
    }
    return null;
  }

  private @Nullable String missed(TaskTarget target) {
    if (target.attempt() == null) {
      return null;
    }
    for (var slot : step.slots.values()) {
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
    var last = step.ended.lastOf(target.id());
    return last == null || last.attempt() < target.attempt()
        ? null
        : "attempt " + last.attempt() + " of task " + target.id() + " has ended here";
  }

  private @Nullable String missed(WorkerTarget target, Instant issuedAt) {
    if (target.incarnation() == null) {
      return null;
    }
    for (var slot : step.slots.values()) {
      if (!step.settings.workerId(slot.number()).equals(target.id())) {
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
      if (issuedAt.isBefore(step.startedAt)) {
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

  /**
   * What an order from the log still asks for. A backlog is not dropped by it: others may have done
   * so long ago, and what waits now may have been published since. And who was told to exit, and
   * was started again, stays.
   */
  private static Order read(Order order, boolean first) {
    return new Order(
        order.version(),
        order.id(),
        order.kind() == OrderKind.PURGE ? OrderKind.ROLL_CALL : order.kind(),
        order.scope(),
        order.inFlight(),
        order.scope().namesTasks() ? order.backlog() : Backlog.KEEP,
        first && order.then() == Then.EXIT ? Then.HOLD : order.then(),
        order.graceMillis(),
        order.reason(),
        order.issuedBy(),
        order.issuedAt(),
        order.expiresAt(),
        order.dryRun());
  }

  private void putInForce(HeardOrder heard) {
    var order = heard.order();
    if (order.dryRun()) {
      return;
    }
    if (order.setsHold() || order.kind() == OrderKind.RESUME) {
      step.holds = step.holds.plus(Holds.Statement.of(heard));
    }
    if (order.kind() == OrderKind.RESUME) {
      step.revocations = step.revocations.minus(order);
      step.effects.add(new Effect.Rearm());
    }
    if (order.revocation() != Backlog.KEEP) {
      step.revocations = step.revocations.plus(heard);
    }
    step.keep(heard.isKeptHereAlone());
  }

  /**
   * Begins to carry an order out.
   *
   * @param logged the order as it stands in the log, if it was read from there, or null
   */
  private void carryOut(HeardOrder heard, @Nullable Order logged) {
    var order = heard.order();
    step.log(
        false,
        order.kind().wire()
            + " "
            + order.scope().describe()
            + " by "
            + (heard.userId() == null ? order.issuedBy() : heard.userId())
            + (order.dryRun() ? ", dry run" : "")
            + " ("
            + order.id()
            + "): "
            + order.reason());
    var run = step.orderReports.heard(OrderProgress.started(heard, step.now.nanos()));
    if (logged != null) {
      run = run.come();
      if (!logged.dryRun() && step.orderBacklog.dropsBacklog(logged)) {
        run =
            run.failing(
                "the order was read from the log, so the waiting tasks were left as they are: they"
                    + " may have been published since");
      }
    }
    if (order.dryRun() || order.kind() == OrderKind.ROLL_CALL) {
      step.orderExecution.finish(run);
      return;
    }
    putInForce(heard);
    if (order.kind() == OrderKind.KILL) {
      step.put(run);
      step.orderKilling.startKilling(order);
    } else if (order.kind() == OrderKind.PURGE) {
      step.put(run.at(Stage.SETTLING));
      step.orderBacklog.dropWaiting(order, Backlog.PURGE);
    } else {
      step.put(run);
    }
    step.placement.replaceWaiting();
  }
}
