package dev.warrener.controller.fleet;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.DeferredKill;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Kills the workers in the scope of an order, and records their deaths for the order. */
final class OrderKilling {
  private final WorkerPrefetch prefetch;
  private final OrderReports reports;

  OrderKilling(WorkerPrefetch prefetch, OrderReports reports) {
    this.prefetch = prefetch;
    this.reports = reports;
  }

  /** Begins to kill all workers in the scope of an order. */
  void start(Transition change, Order order) {
    kill(change, order, change.pool.slots());
  }

  /** A task was to be returned and has started instead: orders about the task kill it now. */
  void startedAfterRecall(Transition change, Slot slot) {
    for (var progress : change.orders.underWay().values()) {
      if (progress.order().kind() == OrderKind.KILL
          && progress.order().scope().namesTasks()
          && progress.stage() == Stage.HALTING
          && !progress.targets().contains(slot.key())) {
        kill(change, progress.order(), List.of(slot));
      }
    }
  }

  private void kill(Transition change, Order order, Collection<Slot> slots) {
    var now = new ArrayList<Slot>();
    for (var slot : slots) {
      if (!slot.isLive() || !ScopeMatcher.worker(change.settings, order.scope(), slot)) {
        continue;
      }
      if (order.scope().namesTasks()
          && slot.process() instanceof Slot.Busy busy
          && !busy.ahead().isEmpty()) {
        defer(change, order, slot, busy);
      } else {
        now.add(slot);
      }
    }
    killNow(change, order, now);
  }

  private void killNow(Transition change, Order order, Collection<Slot> slots) {
    var killed = new ArrayList<WorkerKey>();
    boolean asks = order.graceMillis() > 0;
    for (var one : slots) {
      var slot = one;
      if (change.orders.current(order.id()).targets().contains(slot.key())) {
        continue;
      }
      if (asks && slot.process() instanceof Slot.Busy busy) {
        // Before it is asked to end: it must not begin another task then.
        slot = prefetch.recallAll(change, slot, busy);
      }
      change.put(change.orders.current(order.id()).awaiting(slot.key()));
      boolean isFirst = slot.canBeKilled();
      var cause = new Slot.Cause.ByOrder(order.id(), asks);
      change.put(slot.killed(cause, order.id(), asks, change.steady()));
      if (!asks) {
        // Also if it is dying already: it may only have been asked to end, with a grace for which
        // this order does not wait.
        killed.add(slot.key());
        continue;
      }
      if (isFirst) {
        askToEnd(change, order, slot);
      }
      if (isFirst || slot.hasGrace()) {
        // Of several graces the one that ends first counts.
        change.schedule(
            new Timer.GraceOver(slot.key()), change.steady().plusMillis(order.graceMillis()));
      }
    }
    if (!killed.isEmpty()) {
      change.add(new Effect.Kill(List.copyOf(killed)));
    }
  }

  private static void askToEnd(Transition change, Order order, Slot slot) {
    var run = slot.run();
    change.add(
        new Effect.AskToEnd(
            slot.key(),
            run == null ? null : run.task().id(),
            run == null ? 0 : run.task().attempt(),
            order.reason()));
  }

  // Kills for one run.

  /**
   * Defers the kill of a worker for its present run, until it has returned the tasks that it could
   * begin by then.
   */
  private void defer(Transition change, Order order, Slot slot, Slot.Busy busy) {
    prefetch.recallAll(change, slot, busy);
    var task = busy.run().task();
    var progress = change.orders.current(order.id());
    var kill = new DeferredKill(slot.key(), task.id(), task.attempt());
    if (progress.deferred().contains(kill)) {
      return;
    }
    change.put(progress.deferring(kill));
    change.schedule(
        new Timer.DeferralOver(order.id(), slot.key()),
        change.steady().plus(WorkerPrefetch.DEFERRED));
  }

  /** Carries out an order's deferred kills that can hit nothing else by now. */
  void killWhenIsolated(Transition change, OrderProgress progress) {
    for (var kill : progress.deferred()) {
      var slot = change.pool.find(kill.worker().slot());
      if (slot == null || !isRunning(slot, kill)) {
        // The run has ended by itself, or the worker is dead.
        change.put(change.orders.current(progress.id()).notDeferring(kill));
      } else if (slot.ahead().isEmpty() || slot.process() instanceof Slot.Dying) {
        change.put(change.orders.current(progress.id()).notDeferring(kill));
        kill(change, progress.order(), List.of(slot));
      }
    }
  }

  /** A kill was deferred for too long: it is carried out. */
  void deferredForTooLong(Transition change, Timer.DeferralOver due) {
    var progress = change.orders.underWay(due.order());
    if (progress == null) {
      return;
    }
    for (var kill : progress.deferred()) {
      var slot = change.pool.find(kill.worker().slot());
      if (kill.worker().equals(due.worker()) && slot != null && isRunning(slot, kill)) {
        change.put(change.orders.current(due.order()).notDeferring(kill));
        killNow(change, progress.order(), List.of(slot));
      }
    }
  }

  private static boolean isRunning(Slot slot, DeferredKill kill) {
    var run = slot.run();
    return slot.key().equals(kill.worker()) && run != null && run.is(kill.task(), kill.attempt());
  }

  // Deaths.

  /** A worker that an order killed is proven dead; its task is null if it ran none. */
  void died(
      Transition change,
      String id,
      Slot slot,
      DeathCertificate certificate,
      @Nullable String task) {
    // An order that had given the worker up and is done gets its record completed.
    var progress = change.orders.find(id);
    if (progress != null) {
      change.put(reports.dead(change, progress.dead(slot.key()), slot, certificate, task));
    }
  }

  /** Processes of a worker that an order killed still live: the order gives the worker up. */
  void unconfirmed(
      Transition change, String id, Slot slot, Slot.Dying dying, Event.Unconfirmed unconfirmed) {
    var progress = change.orders.underWay(id);
    if (progress == null || !progress.awaited().contains(slot.key())) {
      return;
    }
    var run = dying.run();
    var task = run != null && run.started() && dying.end() == null ? run.task().id() : null;
    change.put(
        reports
            .unconfirmed(change, progress, slot, unconfirmed, task)
            .givingUp(slot.key())
            .failing(
                "worker "
                    + change.workerId(slot)
                    + ": "
                    + unconfirmed.finding()
                    + (task == null ? "" : ", so task " + task + " is not settled")));
  }

  /** The process of a worker that an order killed was never made. */
  void neverExisted(Transition change, String id, WorkerKey worker) {
    var progress = change.orders.underWay(id);
    if (progress != null) {
      change.put(progress.givingUp(worker));
    }
  }
}
