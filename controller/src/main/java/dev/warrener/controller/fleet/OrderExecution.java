package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import java.time.Duration;
import java.util.List;

/** Takes orders through their stages, up to {@code controller.done}. */
final class OrderExecution {
  /**
   * The time that an order that came without a broker waits for the broker after the last tree is
   * empty. A settlement that comes later is reported as a note, or as failed.
   */
  private static final Duration SETTLEMENT_WITHOUT_BROKER = Duration.ofSeconds(2);

  private final WorkerPrefetch prefetch;
  private final OrderKilling killing;
  private final KilledRuns killedRuns;
  private final OrderSettlement settlement;
  private final OrderBacklog backlog;
  private final OrderReports reports;
  private final Retention retention;
  private final Shutdown shutdown;

  OrderExecution(
      WorkerPrefetch prefetch,
      OrderKilling killing,
      KilledRuns killedRuns,
      OrderSettlement settlement,
      OrderBacklog backlog,
      OrderReports reports,
      Retention retention,
      Shutdown shutdown) {
    this.prefetch = prefetch;
    this.killing = killing;
    this.killedRuns = killedRuns;
    this.settlement = settlement;
    this.backlog = backlog;
    this.reports = reports;
    this.retention = retention;
    this.shutdown = shutdown;
  }

  /** Takes all orders as far as they can go now. */
  void advanceAll(Transition change) {
    if (change.orders.underWay().isEmpty()) {
      return;
    }
    for (var id : List.copyOf(change.orders.underWay().keySet())) {
      if (!change.orders.current(id).deferred().isEmpty()) {
        killing.killWhenIsolated(change, change.orders.current(id));
      }
      var progress = change.orders.underWay(id);
      while (progress != null && advance(change, progress)) {
        progress = change.orders.underWay(id);
      }
    }
  }

  /** Takes an order one stage on; returns false if something is left to wait for. */
  private boolean advance(Transition change, OrderProgress progress) {
    if (progress.isWaiting()) {
      return false;
    }
    var order = progress.order();
    switch (progress.stage()) {
      case HALTING -> {
        if ((order.kind() == OrderKind.DRAIN && isAnyRunning(change, order.scope()))
            || OrderBacklog.awaitsBroadcast(change, progress)
            || prefetch.isAwaitedBy(change, order.kind(), order.scope())) {
          return false;
        }
        settle(change, progress);
      }
      case SETTLING -> {
        if (!progress.owed().isEmpty() && !progress.isImpatient()) {
          return false;
        }
        settlement.prove(change, progress);
      }
      case PROVING -> {
        var proven = settlement.reported(change, progress);
        change.put(proven.at(Stage.BACKLOG));
        backlog.start(change, proven);
      }
      case BACKLOG -> {
        if (retention.isBeingWrittenDown(change, progress)) {
          return false;
        }
        finish(change, progress);
      }
      case DONE -> {
        return false;
      }
    }
    return true;
  }

  private static boolean isAnyRunning(Transition change, Scope scope) {
    for (var slot : change.pool.slots()) {
      var run = slot.run();
      if (run != null && ScopeMatcher.run(change.settings, scope, slot, run)) {
        return true;
      }
    }
    return false;
  }

  private void settle(Transition change, OrderProgress progress) {
    var order = progress.order();
    change.put(notingWhatIsBack(change, progress).at(Stage.SETTLING));
    if (progress.heard().isKeptHereAlone()) {
      change.schedule(
          new Timer.SettlementOver(order.id()), change.instant().plus(SETTLEMENT_WITHOUT_BROKER));
    }
    killedRuns.settleAll(change, progress);
    if (order.kind() == OrderKind.KILL && order.backlog() != Backlog.KEEP) {
      backlog.dropWaiting(change, order, order.backlog());
    } else if (order.kind() == OrderKind.PURGE) {
      backlog.dropWaiting(change, order, Backlog.PURGE);
    }
  }

  private static OrderProgress notingWhatIsBack(Transition change, OrderProgress progress) {
    long back =
        progress.killedRuns().stream()
            .filter(killed -> killed.fate() == Fate.REQUEUED && !change.broker.holds(killed.run()))
            .count();
    return back == 0
        ? progress
        : progress.noting(
            (back == 1 ? "1 task was" : back + " tasks were")
                + " back in the queue since the broker was lost: another host may run "
                + (back == 1 ? "it" : "them")
                + " already");
  }

  /** Reports that an order is done, and ends the controller if the order says so. */
  void finish(Transition change, OrderProgress progress) {
    var order = progress.order();
    boolean exits =
        !order.dryRun()
            && order.kind() == OrderKind.KILL
            && order.thenOfKill() == Then.EXIT
            && OrderRefusals.coversAll(change, order);
    if (exits) {
      shutdown.drain(change);
    }
    // The runs with their tasks are not needed any more.
    var over = Outranked.atTheEnd(change, progress).withoutRuns().at(Stage.DONE);
    change.put(reports.done(change, over));
  }
}
