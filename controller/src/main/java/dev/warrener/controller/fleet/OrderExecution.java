package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Pending;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePVector;

/** The stages of an order, from {@link OrderProgress.Stage#KILLING} to {@code controller.done}. */
final class OrderExecution {
  static final String NOT_WRITTEN_DOWN =
      "the order could not be written down here, so it does not survive a restart of this controller";

  private final Transition step;

  OrderExecution(Transition step) {
    this.step = step;
  }

  void advanceAll() {
    for (var id : List.copyOf(step.orders.keySet())) {
      if (!current(id).aims().isEmpty()) {
        step.orderKilling.shoot(current(id));
      }
      boolean moved = true;
      while (moved && step.orders.containsKey(id)) {
        moved = advance(current(id));
      }
    }
  }

  /** Takes an order one stage on if nothing is left to wait for. */
  private boolean advance(OrderProgress run) {
    if (!run.awaited().isEmpty() || !run.pending().isEmpty() || !run.aims().isEmpty()) {
      return false;
    }
    switch (run.stage()) {
      case KILLING -> {
        if (run.order().kind() == OrderKind.DRAIN && somethingRuns(run.order().scope())) {
          return false;
        }
        if (WorkerPrefetch.isWaitedForBy(run.order().kind())
            && step.handedAhead.isOwedWordOn(run.order().scope())) {
          return false;
        }
        step.orderSettlement.settleAll(run);
      }
      case SETTLING -> {
        if (!run.owed().isEmpty() && !run.isImpatient()) {
          return false;
        }
        step.orderSettlement.prove(run);
      }
      case PROVING -> {
        var proven = run;
        for (var doomed : run.doomed()) {
          if (!doomed.settled() || doomed.late()) {
            continue;
          }
          if (doomed.fate() == Fate.REQUEUED || step.orderSettlement.isOurs(doomed.run())) {
            proven = step.orderReports.settled(proven.settledOne(), doomed);
          } else {
            step.orderSettlement.revokeLost(run.order(), doomed);
            step.keep(true);
            proven = proven.failing(OrderSettlement.unshown(doomed));
          }
        }
        step.put(proven.at(Stage.BACKLOG));
        step.orderBacklog.startBacklog(proven);
      }
      case BACKLOG -> {
        if (isBeingWrittenDown(run)) {
          return false;
        }
        finish(run);
      }
      case DONE -> {
        return false;
      }
    }
    return true;
  }

  private boolean somethingRuns(Scope scope) {
    for (var slot : step.slots.values()) {
      var run = slot.run();
      if (run != null && ScopeMatcher.run(step.settings, scope, slot, run)) {
        return true;
      }
    }
    return false;
  }

  void finish(OrderProgress run) {
    var order = run.order();
    boolean exits =
        !order.dryRun()
            && order.kind() == OrderKind.KILL
            && order.thenOfKill() == Then.EXIT
            && order.scope().coversController(step.settings.controller());
    if (exits) {
      step.drain();
    }
    // The runs with their tasks are not needed any more.
    step.put(step.orderReports.done(run.withDoomed(TreePVector.empty()).at(Stage.DONE)));
  }

  OrderProgress current(String id) {
    var run = step.orders.get(id);
    if (run == null) {
      throw new IllegalStateException("order " + id + " is not on its way");
    }
    return run;
  }

  @Nullable OrderProgress underWayOrDone(String id) {
    var run = step.orders.get(id);
    return run != null ? run : step.done.get(id);
  }

  void kept(Event.Kept kept) {
    if (!(step.pending.get(kept.token()) instanceof Pending.Keeping)) {
      return;
    }
    step.pending = step.pending.minus(kept.token());
    if (kept.failure() == null) {
      return;
    }
    step.log(true, "what has to survive a restart could not be written down: " + kept.failure());
    for (var run : List.copyOf(step.orders.values())) {
      if (mustBeWrittenDown(run)) {
        step.put(run.failing(NOT_WRITTEN_DOWN + " (" + kept.failure() + ")"));
      }
    }
  }

  private static boolean mustBeWrittenDown(OrderProgress run) {
    var order = run.order();
    return run.heard().isKeptHereAlone()
        && (order.setsHold()
            || order.kind() == OrderKind.RESUME
            || order.revocation() != Backlog.KEEP);
  }

  boolean isBeingWrittenDown(OrderProgress run) {
    return mustBeWrittenDown(run)
        && !run.isImpatient()
        && step.pending.values().stream().anyMatch(Pending.Keeping.class::isInstance);
  }
}
