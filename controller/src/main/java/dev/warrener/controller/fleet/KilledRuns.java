package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.KilledRun;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.Pending;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.TaskError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides the fate of the runs of killed workers, and settles it. A fate is settled only after
 * every process of the worker is gone.
 */
final class KilledRuns {
  private final TaskOutcomes outcomes;
  private final TaskReports taskReports;
  private final TaskArrival arrival;
  private final OrderReports orderReports;
  private final Retention retention;

  KilledRuns(
      TaskOutcomes outcomes,
      TaskReports taskReports,
      TaskArrival arrival,
      OrderReports orderReports,
      Retention retention) {
    this.outcomes = outcomes;
    this.taskReports = taskReports;
    this.arrival = arrival;
    this.orderReports = orderReports;
    this.retention = retention;
  }

  // Deciding.

  /** Returns the run that the kill of a worker has cut off, or null if there is none. */
  static @Nullable TaskRun cutRun(Slot.Dying dying) {
    var run = dying.run();
    return run != null && run.started() && ownEnd(dying, dying.end()) == null ? run : null;
  }

  /** Returns all runs that the kill of a worker has cut off. */
  static List<TaskRun> cutRuns(Slot.Dying dying) {
    var cut = new ArrayList<TaskRun>();
    for (var before : dying.ended()) {
      if (ownEnd(dying, before.end()) == null) {
        cut.add(before.run());
      }
    }
    var last = cutRun(dying);
    if (last != null) {
      cut.add(last);
    }
    return cut;
  }

  /** A killed worker's tree is empty: the fates of its runs are decided. */
  void died(Transition change, Slot slot, Slot.Dying dying) {
    var last = dying.run();
    if (last == null) {
      return;
    }
    for (var before : dying.ended()) {
      decide(change, slot, dying, before.run(), before.end());
    }
    arrival.waitAgain(change, dying.ahead());
    decide(change, slot, dying, last, dying.end());
  }

  private void decide(
      Transition change, Slot slot, Slot.Dying dying, TaskRun run, @Nullable RunEnd reported) {
    var end = ownEnd(dying, reported);
    if (end != null) {
      outcomes.ended(change, run, change.workerId(slot), end);
      return;
    }
    if (!run.started()) {
      arrival.waitAgain(change, run);
      return;
    }
    for (var order : dying.orders()) {
      if (isAbout(change, order, slot, run)) {
        awaitSettlement(change, order, run);
      }
    }
    var deciding = decidingOrder(change, slot, dying, run);
    if (deciding != null) {
      tellOthers(change, slot, dying, run, deciding);
      decideByOrder(change, deciding, slot, run);
      return;
    }
    switch (dying.cause()) {
      case Slot.Cause.ByOrder _ ->
          startsAnew(change, slot, run, "its worker was killed for the run before it");
      case Slot.Cause.TimedOut limit -> {
        if (run.is(limit.task(), limit.attempt())) {
          var error = new TaskError("timed-out", "it reached its hard limit and was killed", null);
          outcomes.unsuccessful(change, run, change.workerId(slot), Outcome.TIMED_OUT, error);
        } else {
          startsAnew(change, slot, run, "its worker was killed for the run before it");
        }
      }
      case Slot.Cause.LeaseOver _ -> startsAnew(change, slot, run, "its lease was over");
      case Slot.Cause.NoAnswer _ -> startsAnew(change, slot, run, "its worker did not answer");
      case Slot.Cause.NeverReady _ -> {}
      case Slot.Cause.ProtocolBroken broken -> {
        var error =
            new TaskError("protocol", "its worker broke the protocol: " + broken.how(), null);
        outcomes.unsuccessful(change, run, change.workerId(slot), Outcome.CRASHED, error);
      }
      case Slot.Cause.Stopping _ -> change.requeue(run.delivery());
    }
  }

  /**
   * Returns the order that decides the fate of a cut run, or null. Of several orders about the run
   * it is the one that was received last: its operator knows of the others' or wants more.
   */
  static @Nullable String decidingOrder(
      Transition change, Slot slot, Slot.Dying dying, TaskRun run) {
    String last = null;
    for (var order : dying.orders()) {
      if (isAbout(change, order, slot, run)) {
        last = order;
      }
    }
    return last;
  }

  /** Lets the orders that wanted another fate for a run than the one that decides it fail. */
  private static void tellOthers(
      Transition change, Slot slot, Slot.Dying dying, TaskRun run, String deciding) {
    var last = change.orders.find(deciding);
    if (last == null) {
      return;
    }
    for (var id : dying.orders()) {
      var other = change.orders.underWay(id);
      if (other != null
          && isAbout(change, id, slot, run)
          && other.order().inFlight() != last.order().inFlight()) {
        change.put(
            other.failing(
                "task "
                    + run.task().id()
                    + ": order "
                    + deciding
                    + " came later and decides its fate: "
                    + fate(last.order()).wire()
                    + ", not "
                    + fate(other.order()).wire()));
      }
    }
  }

  private static Fate fate(Order order) {
    return switch (order.inFlightOfKill()) {
      case REQUEUE -> Fate.REQUEUED;
      case PURGE -> Fate.PURGED;
      case DEAD_LETTER -> Fate.DEAD_LETTERED;
    };
  }

  /**
   * Returns how a run ended by itself, or null if the kill has cut it off. A handler that fails
   * after it was asked to stop counts as cut off.
   */
  private static @Nullable RunEnd ownEnd(Slot.Dying dying, @Nullable RunEnd end) {
    return end != null
            && end.error() != null
            && dying.cause() instanceof Slot.Cause.ByOrder order
            && order.asked()
        ? null
        : end;
  }

  /** Whether an order that killed a worker covers a run of the worker. */
  private static boolean isAbout(Transition change, String id, Slot slot, TaskRun run) {
    var order = change.orders.find(id);
    return order == null || ScopeMatcher.run(change.settings, order.order().scope(), slot, run);
  }

  /** Lets an order wait until a run is settled, whichever order decides its fate. */
  private static void awaitSettlement(Transition change, String id, TaskRun run) {
    var order = change.orders.underWay(id);
    if (order != null && run.delivery() != null && change.broker.holds(run)) {
      change.put(order.owing(run.delivery()));
    }
  }

  private void startsAnew(Transition change, Slot slot, TaskRun run, String why) {
    taskReports.finished(change, run.task(), change.workerId(slot), Outcome.LOST, why, null);
    // The delivery of a lost connection may have come back meanwhile: then the task waits here.
    arrival.waitAgain(change, run);
  }

  private void decideByOrder(Transition change, String id, Slot slot, TaskRun run) {
    var progress = change.orders.find(id);
    if (progress == null) {
      arrival.waitAgain(change, run);
      if (run.delivery() != null) {
        change.orders = change.orders.settled(run.delivery());
      }
      return;
    }
    var killed = KilledRun.of(run, slot, fate(progress.order()));
    if (progress.stage() == Stage.HALTING) {
      change.put(progress.plus(killed));
    } else {
      settleLate(change, progress.order(), killed.beginningLate());
    }
  }

  // Settling.

  /** Settles the runs of an order, all of whose workers are dead. */
  void settleAll(Transition change, OrderProgress progress) {
    settleThose(change, progress.order(), killed -> true);
    // An earlier order may decide the fate of a run that this one waits for, and may itself still
    // wait for other workers to die.
    for (var other : change.orders.underWay().values()) {
      if (other.stage() == Stage.HALTING) {
        settleThose(
            change,
            other.order(),
            killed ->
                killed.run().delivery() != null
                    && progress.owed().contains(killed.run().delivery()));
      }
    }
  }

  /** Settles those runs of an order whose settlement has not begun, in the order of arrival. */
  private void settleThose(Transition change, Order order, Predicate<KilledRun> which) {
    var progress = change.orders.current(order.id());
    var now = new ArrayList<KilledRun>();
    var all = progress.killedRuns();
    for (int i = 0; i < all.size(); i++) {
      var killed = all.get(i);
      if (!killed.begun() && which.test(killed)) {
        now.add(killed);
        all = all.with(i, killed.beginning());
      }
    }
    change.put(progress.with(all));
    now.sort(Comparator.comparing(KilledRun::queue).thenComparingLong(KilledRun::tag));
    for (var killed : now) {
      settle(change, order, killed);
    }
  }

  private void settle(Transition change, Order order, KilledRun killed) {
    var run = killed.run();
    var worker = change.settings.workerId(killed.worker().slot());
    boolean ours = change.broker.holds(run);
    switch (killed.fate()) {
      case REQUEUED -> {
        change.requeue(run.delivery());
        taskReports.requeued(change, run.task(), worker, order);
      }
      case PURGED -> outcomes.purged(change, run, worker, order);
      case DEAD_LETTERED -> {
        long token = outcomes.killedToDeadLetters(change, run, worker, order);
        var progress = change.orders.underWay(order.id());
        if (token != 0 && progress != null) {
          change.put(progress.waitingFor(token));
        }
      }
    }
    if (ours || killed.fate() == Fate.REQUEUED) {
      return;
    }
    revoke(change, order, killed);
    retention.keep(change, true);
    var progress = change.orders.underWay(order.id());
    if (progress != null) {
      change.put(progress.unsettled(killed.key()).failing(takenBack(killed)));
    }
  }

  private static String takenBack(KilledRun killed) {
    return "task "
        + killed.run().task().id()
        + ": the connection was lost and the broker took it back; it is "
        + killed.fate().wire()
        + " when it comes up here again, and may run on another host before";
  }

  /**
   * Keeps a task from starting here again, because its fate could not be carried out, or not be
   * proven. The caller must write the restrictions to disk.
   */
  static void revoke(Transition change, Order order, KilledRun killed) {
    if (killed.fate() != Fate.REQUEUED) {
      var fate = killed.fate() == Fate.PURGED ? Backlog.PURGE : Backlog.DEAD_LETTER;
      change.restrictions =
          change.restrictions.with(
              change.restrictions.revocations().plusLost(killed.key(), fate, order));
    }
  }

  // Workers that died after their order had given them up.

  /** Settles the run of a worker that its order had given up, and completes the record. */
  private void settleLate(Transition change, Order order, KilledRun killed) {
    settle(change, order, killed);
    var progress = change.orders.find(order.id());
    if (progress == null || !change.broker.holds(killed.run())) {
      return;
    }
    change.put(progress.plus(killed));
    if (killed.fate() != Fate.DEAD_LETTERED) {
      proveLate(change, order.id(), killed);
    }
  }

  private static void proveLate(Transition change, String id, KilledRun killed) {
    long token = change.ask(new Pending.LateProof(id, killed));
    var progress = change.orders.underWay(id);
    if (progress != null) {
      change.put(progress.waitingFor(token));
    }
    change.add(new Effect.Barrier(token, killed.queue()));
  }

  /** Returns an order for which the settlement of one run is proven, or can't be. */
  OrderProgress lateProven(
      Transition change, OrderProgress progress, KilledRun killed, @Nullable String failure) {
    boolean goesBack = killed.fate() == Fate.REQUEUED;
    if (failure == null && (goesBack || change.broker.holds(killed.run()))) {
      return orderReports.settled(change, progress.plusTask(), killed);
    }
    if (!goesBack) {
      revoke(change, progress.order(), killed);
      retention.keep(change, true);
    }
    return progress.failing(failure == null ? unproven(killed) : noProof(killed.queue(), failure));
  }

  /**
   * Returns the failure for a settlement whose connection was lost before the broker confirmed it.
   * The broker may have redelivered the task, and the next connection cannot tell.
   */
  static String unproven(KilledRun killed) {
    return "task "
        + killed.run().task().id()
        + ": the connection was lost before the broker showed that the task is "
        + killed.fate().wire()
        + "; if the task is delivered here again, that is done then";
  }

  /** Returns the failure for settlements on a queue that the broker did not confirm. */
  static String noProof(String queue, String because) {
    return "the broker did not show that it took the settlements on queue "
        + queue
        + ": "
        + because;
  }

  // Copies.

  /** The broker has taken a copy, and its delivery was acknowledged. */
  void copyTaken(Transition change, Pending.Copy copy, long token) {
    var id = copy.order();
    if (id == null) {
      return;
    }
    var progress = change.orders.underWay(id);
    if (progress != null) {
      change.put(progress.notWaitingFor(token));
    }
    progress = change.orders.find(id);
    var late = progress == null ? null : progress.late(copy.key(), copy.attempt());
    if (late != null && change.broker.isCurrent(copy.delivery())) {
      proveLate(change, id, late);
    }
  }

  /** The broker can't take a copy, and its delivery was dropped by the order that waits for it. */
  void copyPurged(Transition change, Pending.Copy copy, long token) {
    var progress = copy.order() == null ? null : change.orders.underWay(copy.order());
    if (progress != null) {
      change.put(progress.notWaitingFor(token).plusBacklog(1));
    }
  }

  /** Another copy was published in place of one that the broker never takes. */
  void copyReplaced(Transition change, Pending.Copy copy, long token, long instead) {
    var progress = copy.order() == null ? null : change.orders.underWay(copy.order());
    if (progress != null
        && change.broker.find(instead) instanceof Pending.Copy next
        && copy.order() != null) {
      change.broker = change.broker.with(instead, next.awaitedBy(copy.order(), copy.isPurged()));
      change.put(progress.notWaitingFor(token).waitingFor(instead));
    }
  }

  /** The broker can't take a copy, and its delivery was requeued. */
  void copyFailed(Transition change, Pending.Copy copy, long token, String reason) {
    var progress = copy.order() == null ? null : change.orders.underWay(copy.order());
    if (progress != null) {
      change.put(
          progress
              .notWaitingFor(token)
              .unsettled(copy.key())
              .failing(
                  "task "
                      + copy.task()
                      + " could not be moved to the dead letters ("
                      + reason
                      + "): it is back in its queue"));
    }
  }
}
