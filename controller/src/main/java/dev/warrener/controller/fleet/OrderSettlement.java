package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.KilledRun;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.Pending;
import dev.warrener.messaging.report.Fate;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Proves for an order that the broker has taken its settlements. */
final class OrderSettlement {
  private static final String NO_ANSWER = "the broker does not answer";

  private final KilledRuns killedRuns;
  private final Consumption consumption;
  private final OrderReports reports;
  private final Retention retention;

  OrderSettlement(
      KilledRuns killedRuns, Consumption consumption, OrderReports reports, Retention retention) {
    this.killedRuns = killedRuns;
    this.consumption = consumption;
    this.reports = reports;
    this.retention = retention;
  }

  /** Asks the broker to show that it took all settlements that an order waits for. */
  void prove(Transition change, OrderProgress progress) {
    change.put(progress.at(Stage.PROVING));
    if (!change.broker.connected()) {
      return;
    }
    var touched = new TreeSet<String>(progress.touched());
    progress.killedRuns().forEach(killed -> touched.add(killed.queue()));
    // Tasks that wait here and may not start go back now, behind those that were in flight.
    touched.addAll(consumption.consumeWanted(change));
    // What was on the wire when the consumption ended is back before the broker drops what it has.
    touched.addAll(OrderBacklog.droppedBy(change, progress.order()));
    for (var queue : touched) {
      var now = change.orders.current(progress.id());
      if (progress.isImpatient()) {
        change.put(unproven(change, now, queue, NO_ANSWER));
        continue;
      }
      long token = change.ask(new Pending.Proof(progress.id(), queue));
      change.put(now.waitingFor(token));
      change.add(new Effect.Barrier(token, queue));
    }
  }

  /** The broker has shown that it took the settlements on a queue, or could not. */
  void proven(Transition change, long token, @Nullable String failure) {
    switch (change.broker.find(token)) {
      case Pending.Proof proof -> {
        change.answered(token);
        var progress = change.orders.underWay(proof.order());
        if (progress != null) {
          var next = progress.notWaitingFor(token);
          change.put(failure == null ? next : unproven(change, next, proof.queue(), failure));
        }
      }
      case Pending.LateProof late -> {
        change.answered(token);
        var progress = change.orders.find(late.order());
        if (progress != null) {
          change.put(
              killedRuns.lateProven(change, progress.notWaitingFor(token), late.killed(), failure));
        }
      }
      case null, default -> {}
    }
  }

  /** Returns an order whose settlements on a queue can't be shown to have been taken. */
  private OrderProgress unproven(
      Transition change, OrderProgress progress, String queue, String because) {
    var next = progress;
    boolean allGoBack = true;
    for (var killed : progress.killedRuns()) {
      if (killed.queue().equals(queue) && !killed.late() && killed.fate() != Fate.REQUEUED) {
        allGoBack = false;
        KilledRuns.revoke(change, progress.order(), killed);
        next = next.unsettled(killed.key());
      }
    }
    retention.keep(change, true);
    return progress.heard().isKeptHereAlone() && allGoBack
        // The broker has the tasks when it finds the connection gone, whatever it has taken.
        ? next.noting(
            "queue "
                + queue
                + ": "
                + because
                + ", so it has not shown that it has the tasks back; it has them at the latest when"
                + " it finds the connection gone")
        : next.failing(KilledRuns.noProof(queue, because));
  }

  /** Returns an order with the reports of its killed runs, all of whose proofs have come. */
  OrderProgress reported(Transition change, OrderProgress progress) {
    var next = progress;
    for (var killed : progress.killedRuns()) {
      if (!killed.settled() || killed.late()) {
        continue;
      }
      if (isProven(change, killed)) {
        next = reports.settled(change, next.plusTask(), killed);
      } else {
        KilledRuns.revoke(change, progress.order(), killed);
        retention.keep(change, true);
        next = next.failing(KilledRuns.unproven(killed));
      }
    }
    return next;
  }

  private static boolean isProven(Transition change, KilledRun killed) {
    return killed.fate() == Fate.REQUEUED || change.broker.holds(killed.run());
  }

  /** Lets an order stop waiting for a broker that may be away, frozen or out of disk. */
  void patienceOver(Transition change, String id) {
    var progress = change.orders.underWay(id);
    if (progress == null) {
      return;
    }
    var next = progress;
    if (retention.isBeingWrittenDown(change, progress)) {
      next = next.failing(Retention.NOT_WRITTEN_DOWN + " (the disk does not answer)");
    }
    int others = owedByOthers(next);
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
    for (long token : progress.pending()) {
      next = giveUp(change, next.notWaitingFor(token), token);
    }
    change.put(next);
  }

  private static int owedByOthers(OrderProgress progress) {
    int others = progress.owed().size();
    for (var killed : progress.killedRuns()) {
      var delivery = killed.run().delivery();
      others -= delivery != null && progress.owed().contains(delivery) ? 1 : 0;
    }
    return others;
  }

  private OrderProgress giveUp(Transition change, OrderProgress progress, long token) {
    return switch (change.broker.find(token)) {
      case Pending.Proof proof -> {
        change.answered(token);
        yield unproven(change, progress, proof.queue(), NO_ANSWER);
      }
      case Pending.Waiting waiting -> {
        change.answered(token);
        yield progress.failing("the waiting tasks of queue " + waiting.queue() + ": " + NO_ANSWER);
      }
      case Pending.LateProof late -> {
        change.answered(token);
        yield killedRuns.lateProven(change, progress, late.killed(), NO_ANSWER);
      }
      // The copy stays on its way: its delivery is acknowledged when the broker has the copy.
      case Pending.Copy copy ->
          progress
              .unsettled(copy.key())
              .failing(
                  "task "
                      + copy.task()
                      + (copy.retried() == null
                          ? " is not among the dead letters yet ("
                          : " is not in a retry queue yet (")
                      + NO_ANSWER
                      + "): it gets there when the broker takes messages again, or goes back to its"
                      + " queue if the connection is lost");
      case Pending.Result _, Pending.Keeping _ -> progress;
      case null -> progress;
    };
  }
}
