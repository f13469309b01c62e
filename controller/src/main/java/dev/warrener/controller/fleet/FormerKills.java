package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;

/**
 * Carries on the kills that were under way when a former run of this controller ended. Its workers
 * ended with it, and the broker has their tasks back: that is the fate of those that were to be
 * requeued. The others are revoked here, and the order has failed for them.
 */
final class FormerKills {
  private final OrderArrival arrival;
  private final OrderReports reports;
  private final Retention retention;

  FormerKills(OrderArrival arrival, OrderReports reports, Retention retention) {
    this.arrival = arrival;
    this.reports = reports;
    this.retention = retention;
  }

  /** A former run of this controller had written down kills. */
  void remembered(Transition change, Event.KillsRemembered remembered) {
    change.orders = change.orders.remembering(remembered.kills(), remembered.unknown());
    for (var kill : remembered.kills().kills()) {
      if (change.orders.find(kill.order().id()) == null) {
        carryOn(change, kill, remembered.survivors());
      }
    }
    retention.keep(change, true);
  }

  private void carryOn(Transition change, RetainedKills.Kill kill, int survivors) {
    change.log(
        true,
        "the former run of this controller ended in the middle of order "
            + kill.order().id()
            + ": it is carried on");
    var order = OrderArrival.read(kill.order(), true);
    var heard =
        new HeardOrder(
            order,
            kill.userId(),
            null,
            kill.keptHereAlone() ? Origin.LOCAL : Origin.LOG,
            kill.order());
    int runs = kill.runs().size();
    var progress =
        reports.heard(
            change,
            OrderProgress.started(heard, change.now.nanos()).come().carriedOn(),
            new Report.Expected(kill.workers(), runs, runs, 0, null));
    arrival.putInForce(change, heard);
    progress =
        progress.noting(
            "this controller was started again in the middle of the order: the workers of its"
                + " former run ended with it");
    if (survivors > 0) {
      progress =
          progress.failing(
              "processes that its former run left behind can't be killed: " + survivors);
    }
    if (OrderBacklog.isDroppedBy(change, kill.order())) {
      progress =
          progress.failing(
              "this controller was started again in the middle of the order, so the waiting tasks"
                  + " were left as they are");
    }
    change.put(settle(change, Outranked.onArrival(change, progress), kill));
  }

  private OrderProgress settle(Transition change, OrderProgress progress, RetainedKills.Kill kill) {
    var next = progress;
    for (var run : kill.runs()) {
      if (kill.order().inFlightOfKill() == InFlight.REQUEUE) {
        next = reports.settled(change, next.plusTask(), run, Fate.REQUEUED);
      } else {
        next = next.failing(unsettled(change, kill.order(), run));
      }
    }
    return next;
  }

  private static String unsettled(Transition change, Order order, RetainedKills.DoomedRun run) {
    boolean purges = order.inFlightOfKill() == InFlight.PURGE;
    change.restrictions =
        change.restrictions.with(
            change
                .restrictions
                .revocations()
                .plusLost(run.key(), purges ? Backlog.PURGE : Backlog.DEAD_LETTER, order));
    return "task "
        + run.task()
        + ": this controller ended before the task was settled, and the broker took it back; it is "
        + (purges ? Fate.PURGED : Fate.DEAD_LETTERED).wire()
        + " when it comes up here again, and may run on another host before";
  }
}
