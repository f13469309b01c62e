package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.OrderProgress.Stage;
import dev.warrener.controller.fleet.state.ScopeMatcher;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.controller.process.DeathCertificate;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The workers that an order kills: who they are, when they may be signalled, and their deaths. */
final class OrderKilling {
  private final Transition step;

  OrderKilling(Transition step) {
    this.step = step;
  }

  void startKilling(Order order) {
    kill(order, step.slots.values());
  }

  /** A run that was to be given back has started all the same: orders about it kill it now. */
  void startedAllTheSame(Slot slot) {
    for (var run : step.orders.values()) {
      if (run.order().kind() == OrderKind.KILL
          && run.order().scope().namesTasks()
          && run.stage() == Stage.KILLING
          && !run.targets().contains(slot.key())) {
        kill(run.order(), List.of(slot));
      }
    }
  }

  private void kill(Order order, Collection<Slot> slots) {
    var doomed = new ArrayList<Slot>();
    for (var slot : slots) {
      if (!slot.isLive() || !ScopeMatcher.worker(step.settings, order.scope(), slot)) {
        continue;
      }
      if (order.scope().namesTasks()
          && slot.process() instanceof Slot.Busy busy
          && !busy.ahead().isEmpty()) {
        aim(order, slot, busy);
      } else {
        doomed.add(slot);
      }
    }
    killNow(order, doomed);
  }

  private void killNow(Order order, Collection<Slot> slots) {
    var doomed = new ArrayList<WorkerKey>();
    for (var one : slots) {
      var slot = one;
      if (step.orderExecution.current(order.id()).targets().contains(slot.key())) {
        continue;
      }
      if (order.graceMillis() > 0 && slot.process() instanceof Slot.Busy busy) {
        // Before it is asked to stop: it must not begin another then.
        slot = step.handedAhead.recallAll(slot, busy);
      }
      var run = step.orderExecution.current(order.id()).awaiting(slot.key());
      step.put(run);
      var cause = new Slot.Cause.ByOrder(order.id(), order.graceMillis() > 0);
      boolean signal = step.supervision.doom(slot, cause, order.id());
      if (!signal) {
        // It was asked to end with a grace, or is being killed already: this order does not wait.
        if (order.graceMillis() == 0) {
          doomed.add(slot.key());
        }
        continue;
      }
      if (order.graceMillis() == 0) {
        doomed.add(slot.key());
      } else {
        var inFlight = slot.run();
        step.effects.add(
            new Effect.AskToEnd(
                slot.key(),
                inFlight == null ? null : inFlight.task().id(),
                inFlight == null ? 0 : inFlight.task().attempt(),
                order.reason()));
        step.schedule(
            new Timer.GraceOver(slot.key()), step.now.instant().plusMillis(order.graceMillis()));
      }
    }
    if (!doomed.isEmpty()) {
      step.effects.add(new Effect.Kill(List.copyOf(doomed)));
    }
  }

  /** A worker is to die for what it is at: first it must have nothing that it could begin then. */
  private void aim(Order order, Slot slot, Slot.Busy busy) {
    step.handedAhead.recallAll(slot, busy);
    var task = busy.run().task();
    var run = step.orderExecution.current(order.id());
    var aim = new OrderProgress.Aim(slot.key(), task.id(), task.attempt());
    if (run.aims().contains(aim)) {
      return;
    }
    step.put(run.aiming(aim));
    step.schedule(
        new Timer.AimOver(order.id(), slot.key()), step.now.instant().plus(WorkerPrefetch.AIM));
  }

  /** Kills those that an order aims at as soon as nothing else can be hit. */
  void shoot(OrderProgress run) {
    for (var aim : run.aims()) {
      var slot = step.slots.get(aim.worker().slot());
      if (slot == null || !isAt(slot, aim)) {
        // What it was at has ended by itself, or it is dead.
        step.put(step.orderExecution.current(run.order().id()).notAiming(aim));
      } else if (slot.ahead().isEmpty() || slot.process() instanceof Slot.Dying) {
        step.put(step.orderExecution.current(run.order().id()).notAiming(aim));
        kill(run.order(), List.of(slot));
      }
    }
  }

  private static boolean isAt(Slot slot, OrderProgress.Aim aim) {
    var run = slot.run();
    return slot.key().equals(aim.worker()) && run != null && run.is(aim.task(), aim.attempt());
  }

  void aimOver(Timer.AimOver due) {
    var run = step.orders.get(due.order());
    if (run == null) {
      return;
    }
    for (var aim : run.aims()) {
      var slot = step.slots.get(aim.worker().slot());
      if (aim.worker().equals(due.worker()) && slot != null && isAt(slot, aim)) {
        step.put(step.orderExecution.current(due.order()).notAiming(aim));
        killNow(run.order(), List.of(slot));
      }
    }
  }

  /** Whether an order that killed a worker is about what it was at by then. */
  boolean isAbout(String id, Slot slot, TaskRun inFlight) {
    var run = step.orderExecution.underWayOrDone(id);
    return run == null || ScopeMatcher.run(step.settings, run.order().scope(), slot, inFlight);
  }

  void workerDied(String id, Slot slot, DeathCertificate certificate, @Nullable String inFlight) {
    var run = step.orders.get(id);
    if (run != null) {
      step.put(step.orderReports.dead(run.dead(slot.key()), slot, certificate, inFlight));
      return;
    }
    var over = step.done.get(id);
    if (over != null) {
      // It had been given up as unconfirmed: the record is completed.
      step.put(step.orderReports.dead(over.dead(slot.key()), slot, certificate, inFlight));
    }
  }

  void workerUnconfirmed(String id, Slot slot, Slot.Dying dying, Event.Unconfirmed unconfirmed) {
    var run = step.orders.get(id);
    if (run != null && run.awaited().contains(slot.key())) {
      var inFlight = dying.run();
      var task =
          inFlight != null && inFlight.started() && dying.end() == null
              ? inFlight.task().id()
              : null;
      step.put(
          step.orderReports
              .unconfirmed(run, slot, unconfirmed, task)
              .givenUp(slot.key())
              .failing(
                  "worker "
                      + step.settings.workerId(slot.number())
                      + ": "
                      + unconfirmed.survivors().size()
                      + " processes of its tree still live"
                      + (task == null ? "" : ", so task " + task + " is not settled")));
    }
  }

  void neverExisted(String id, WorkerKey worker) {
    var run = step.orders.get(id);
    if (run != null) {
      step.put(run.givenUp(worker));
    }
  }
}
