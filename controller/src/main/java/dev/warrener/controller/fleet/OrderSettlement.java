package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState.Pending;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Doomed;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the runs that were in flight on killed workers, and the proof that the broker has
 * taken it.
 */
final class OrderSettlement {
  /**
   * How long an order that came without a broker waits for the broker after the last tree is empty.
   * A settlement that comes later is reported as a note, or as failed.
   */
  private static final Duration SETTLEMENT_WITHOUT_BROKER = Duration.ofSeconds(2);

  private static final String NO_ANSWER = "the broker does not answer";

  private final Transition step;

  OrderSettlement(Transition step) {
    this.step = step;
  }

  /** A killed worker was running a task; its tree is empty now. */
  void decideFate(String id, Slot slot, TaskRun inFlight) {
    var run = step.orders.get(id);
    var order = run != null ? run.order() : orderOfDone(id);
    if (order == null) {
      step.placement.waitAgain(inFlight);
      if (inFlight.delivery() != null) {
        settled(inFlight.delivery());
      }
      return;
    }
    var fate =
        switch (order.inFlightOfKill()) {
          case REQUEUE -> Fate.REQUEUED;
          case PURGE -> Fate.PURGED;
          case DEAD_LETTER -> Fate.DEAD_LETTERED;
        };
    var doomed = Doomed.of(inFlight, slot.queue(), slot.key(), fate);
    if (run != null && run.stage() == Stage.KILLING) {
      step.put(run.dooming(doomed));
    } else {
      settleLate(order, doomed.beginningLate());
    }
  }

  /** After the order had given the worker up: settled by itself, and the record completed. */
  private void settleLate(Order order, Doomed doomed) {
    var delivery = doomed.run().delivery();
    settle(order, doomed);
    var run = step.orderExecution.underWayOrDone(order.id());
    if (run == null || delivery == null || !step.isCurrent(delivery)) {
      return;
    }
    step.put(run.dooming(doomed));
    if (doomed.fate() != Fate.DEAD_LETTERED) {
      proveLate(order.id(), doomed);
    }
  }

  private void proveLate(String id, Doomed doomed) {
    long token = step.nextToken(new Pending.LateProof(id, doomed));
    var run = step.orders.get(id);
    if (run != null) {
      step.put(run.waitingFor(token));
    }
    step.effects.add(new Effect.Barrier(token, doomed.queue()));
  }

  private @Nullable Order orderOfDone(String id) {
    var over = step.done.get(id);
    return over == null ? null : over.order();
  }

  void settleAll(OrderProgress run) {
    step.put(noteWhatIsBack(run).at(Stage.SETTLING));
    if (run.heard().isKeptHereAlone()) {
      step.schedule(
          new Timer.SettlementOver(run.order().id()),
          step.now.instant().plus(SETTLEMENT_WITHOUT_BROKER));
    }
    beginToSettle(run.order(), doomed -> true);
    // A run whose fate an earlier order decides, which still waits for others to die.
    for (var other : step.orders.values()) {
      if (other.stage() == Stage.KILLING) {
        beginToSettle(
            other.order(),
            doomed ->
                doomed.run().delivery() != null && run.owed().contains(doomed.run().delivery()));
      }
    }
    if (run.order().kind() == OrderKind.KILL && run.order().backlog() != Backlog.KEEP) {
      step.orderBacklog.dropWaiting(run.order(), run.order().backlog());
    }
  }

  private OrderProgress noteWhatIsBack(OrderProgress run) {
    long back =
        run.doomed().stream()
            .filter(doomed -> doomed.fate() == Fate.REQUEUED && !isOurs(doomed.run()))
            .count();
    return back == 0
        ? run
        : run.noting(
            (back == 1 ? "1 task was" : back + " tasks were")
                + " back in the queue since the broker was lost: another host may run "
                + (back == 1 ? "it" : "them")
                + " already");
  }

  boolean isOurs(TaskRun run) {
    return run.delivery() != null && step.isCurrent(run.delivery());
  }

  /** Settles those runs of an order that are not being settled yet, in the order of arrival. */
  private void beginToSettle(Order order, Predicate<Doomed> which) {
    var run = step.orderExecution.current(order.id());
    var now = new ArrayList<Doomed>();
    var all = run.doomed();
    for (int i = 0; i < all.size(); i++) {
      var doomed = all.get(i);
      if (!doomed.begun() && which.test(doomed)) {
        now.add(doomed);
        all = all.with(i, doomed.beginning());
      }
    }
    step.put(run.withDoomed(all));
    now.sort(Comparator.comparing(Doomed::queue).thenComparingLong(OrderSettlement::tag));
    for (var doomed : now) {
      settle(order, doomed);
    }
  }

  /** An order must see that run settled, whoever decides its fate. */
  void owes(String id, TaskRun inFlight) {
    var run = step.orders.get(id);
    if (run != null && inFlight.delivery() != null && isOurs(inFlight)) {
      step.put(run.owing(inFlight.delivery()));
    }
  }

  void settled(DeliveryKey delivery) {
    for (var run : step.orders.values()) {
      if (run.owed().contains(delivery)) {
        step.put(run.notOwing(delivery));
      }
    }
  }

  /** The broker has every delivery of a queue back: none is owed, and none is ours to settle. */
  void handedBack(String queue) {
    for (var run : step.orders.values()) {
      step.put(run.handedBack(queue));
    }
  }

  private static long tag(Doomed doomed) {
    var delivery = doomed.run().delivery();
    return delivery == null ? 0 : delivery.tag();
  }

  private void settle(Order order, Doomed doomed) {
    var inFlight = doomed.run();
    var worker = step.settings.workerId(doomed.worker().slot());
    boolean ours = isOurs(inFlight);
    switch (doomed.fate()) {
      case REQUEUED -> {
        if (ours && inFlight.delivery() != null) {
          step.requeue(inFlight.delivery());
        }
        step.conclusion.requeued(inFlight.task(), worker, order);
      }
      case PURGED -> step.conclusion.purged(inFlight, worker, order);
      case DEAD_LETTERED -> {
        long token = step.conclusion.killedToDeadLetters(inFlight, worker, order);
        var run = step.orders.get(order.id());
        if (token != 0 && run != null) {
          step.put(run.waitingFor(token));
        }
      }
    }
    if (ours || doomed.fate() == Fate.REQUEUED) {
      return;
    }
    revokeLost(order, doomed);
    step.keep(true);
    var run = step.orders.get(order.id());
    if (run != null) {
      step.put(unsettle(run, inFlight.task().id()).failing(takenBack(doomed)));
    }
  }

  private static String takenBack(Doomed doomed) {
    return "task "
        + doomed.run().task().id()
        + ": the connection was lost and the broker took it back; it is "
        + doomed.fate().wire()
        + " when it comes up here again, and may run on another host before";
  }

  /**
   * What was settled on a connection that was lost before the broker had shown that it took it may
   * be the broker's again: nobody can say so of the next connection.
   */
  static String unshown(Doomed doomed) {
    return "task "
        + doomed.run().task().id()
        + ": the connection was lost before the broker showed that it is "
        + doomed.fate().wire()
        + "; if it comes here again, it is";
  }

  /** What can't be shown to be gone must not start here again. */
  void revokeLost(Order order, Doomed doomed) {
    if (doomed.fate() != Fate.REQUEUED) {
      step.revocations =
          step.revocations.plusLost(
              doomed.run().task().id(),
              doomed.fate() == Fate.PURGED ? Backlog.PURGE : Backlog.DEAD_LETTER,
              order);
    }
  }

  /** The broker has had its time, and may be away, frozen or out of disk. */
  void settlementOver(String id) {
    var run = step.orders.get(id);
    if (run == null) {
      return;
    }
    var next = run;
    if (step.orderExecution.isBeingWrittenDown(run)) {
      next = next.failing(OrderExecution.NOT_WRITTEN_DOWN + " (the disk does not answer)");
    }
    int others = next.owed().size();
    for (var doomed : next.doomed()) {
      var delivery = doomed.run().delivery();
      others -= delivery != null && next.owed().contains(delivery) ? 1 : 0;
    }
    if (others > 0) {
      next =
          next.failing(
              (others == 1
                      ? "1 task whose fate another order decides is"
                      : others + " tasks whose fate other orders decide are")
                  + " not settled yet: "
                  + NO_ANSWER);
    }
    next = next.impatient();
    for (long token : run.pending()) {
      next = giveUp(next.notWaitingFor(token), token);
    }
    step.put(next);
  }

  private OrderProgress giveUp(OrderProgress run, long token) {
    return switch (step.pending.get(token)) {
      case Pending.Proof proof -> {
        step.pending = step.pending.minus(token);
        yield unproven(run, proof.queue(), NO_ANSWER);
      }
      case Pending.Waiting waiting -> {
        step.pending = step.pending.minus(token);
        yield run.failing("the waiting tasks of queue " + waiting.queue() + ": " + NO_ANSWER);
      }
      case Pending.LateProof late -> {
        step.pending = step.pending.minus(token);
        yield lateProven(run, late.doomed(), NO_ANSWER);
      }
      // It stays on its way: the delivery is acknowledged when the broker has the copy.
      case Pending.Copy copy ->
          unsettle(run, copy.task())
              .failing(
                  "task "
                      + copy.task()
                      + " is not among the dead letters yet ("
                      + NO_ANSWER
                      + "): it gets there when the broker takes messages again, or goes back to its"
                      + " queue if the connection is lost");
      case Pending.Result _, Pending.Keeping _ -> run;
      case null -> run;
    };
  }

  private OrderProgress unproven(OrderProgress run, String queue, String because) {
    var there =
        run.doomed().stream()
            .filter(doomed -> doomed.queue().equals(queue) && !doomed.late())
            .toList();
    var known = run;
    for (var doomed : there) {
      if (doomed.fate() != Fate.REQUEUED) {
        revokeLost(run.order(), doomed);
        known = unsettle(known, doomed.run().task().id());
      }
    }
    step.keep(true);
    boolean allGoBack = there.stream().allMatch(doomed -> doomed.fate() == Fate.REQUEUED);
    return run.heard().isKeptHereAlone() && allGoBack
        // Handed back or taken back when the connection ends: it is the broker's either way.
        ? known.noting(
            "queue "
                + queue
                + ": "
                + because
                + ", so it has not shown that it has the tasks back; it has them at the latest when"
                + " it finds the connection gone")
        : known.failing(noProof(queue, because));
  }

  private static String noProof(String queue, String because) {
    return "the broker did not show that it took the settlements on queue "
        + queue
        + ": "
        + because;
  }

  private static OrderProgress unsettle(OrderProgress run, String task) {
    var all = run.doomed();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).run().task().id().equals(task)) {
        all = all.with(i, all.get(i).unsettled());
      }
    }
    return run.withDoomed(all);
  }

  void copyTaken(Pending.Copy copy, long token) {
    var id = copy.order();
    if (id == null) {
      return;
    }
    var run = step.orders.get(id);
    if (run != null) {
      step.put(run.notWaitingFor(token));
    }
    run = step.orderExecution.underWayOrDone(id);
    var late = run == null ? null : run.late(copy.task(), copy.attempt());
    if (late != null && step.isCurrent(copy.delivery())) {
      proveLate(id, late);
    }
  }

  void copyFailed(Pending.Copy copy, long token, String reason) {
    var run = copy.order() == null ? null : step.orders.get(copy.order());
    if (run != null) {
      step.put(
          unsettle(run.notWaitingFor(token), copy.task())
              .failing(
                  "task "
                      + copy.task()
                      + " could not be moved to the dead letters ("
                      + reason
                      + "): it is back in its queue"));
    }
  }

  void prove(OrderProgress run) {
    step.put(run.at(Stage.PROVING));
    if (!step.connected) {
      return;
    }
    var touched = new TreeSet<String>(run.touched());
    run.doomed().forEach(doomed -> touched.add(doomed.queue()));
    // What waits here and may not start goes back now, behind what was in flight.
    touched.addAll(step.placement.consumeWanted());
    for (var queue : touched) {
      if (run.isImpatient()) {
        step.put(unproven(step.orderExecution.current(run.order().id()), queue, NO_ANSWER));
        continue;
      }
      long token = step.nextToken(new Pending.Proof(run.order().id(), queue));
      step.put(step.orderExecution.current(run.order().id()).waitingFor(token));
      step.effects.add(new Effect.Barrier(token, queue));
    }
  }

  void proven(long token, @Nullable String failure) {
    switch (step.pending.get(token)) {
      case Pending.Proof proof -> {
        step.pending = step.pending.minus(token);
        var run = step.orders.get(proof.order());
        if (run != null) {
          var next = run.notWaitingFor(token);
          step.put(failure == null ? next : unproven(next, proof.queue(), failure));
        }
      }
      case Pending.LateProof late -> {
        step.pending = step.pending.minus(token);
        var run = step.orderExecution.underWayOrDone(late.order());
        if (run != null) {
          step.put(lateProven(run.notWaitingFor(token), late.doomed(), failure));
        }
      }
      case null, default -> {}
    }
  }

  private OrderProgress lateProven(OrderProgress run, Doomed doomed, @Nullable String failure) {
    boolean goesBack = doomed.fate() == Fate.REQUEUED;
    if (failure == null && (goesBack || isOurs(doomed.run()))) {
      return step.orderReports.settled(run.settledOne(), doomed);
    }
    if (!goesBack) {
      revokeLost(run.order(), doomed);
      step.keep(true);
    }
    return run.failing(failure == null ? unshown(doomed) : noProof(doomed.queue(), failure));
  }
}
