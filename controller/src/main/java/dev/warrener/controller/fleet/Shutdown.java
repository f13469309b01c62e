package dev.warrener.controller.fleet;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The end of a controller's life: it drains, kills its workers, and ends. */
final class Shutdown {
  /** The longest that handlers may take to close. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Supervision supervision;
  private final Consumption consumption;

  Shutdown(Supervision supervision, Consumption consumption) {
    this.supervision = supervision;
    this.consumption = consumption;
  }

  /** The controller was asked to stop: it drains the first time, and stops at once the second. */
  void requested(Transition change) {
    switch (change.phase) {
      case STARTING, DRAINING -> change.phase = Phase.STOPPING;
      case RUNNING -> drain(change);
      // Nobody wants to wait for the workers that were asked to end.
      case STOPPING -> kill(change, Slot::hasGrace);
      case ENDED -> {}
    }
    if (change.phase == Phase.STOPPING) {
      scheduleDrainOver(change);
    }
  }

  /** Takes no more tasks, lets running ones finish, and then ends. */
  void drain(Transition change) {
    if (change.phase == Phase.RUNNING || change.phase == Phase.STARTING) {
      change.phase = Phase.DRAINING;
      change.log(
          false,
          "the controller drains: it takes no more tasks, and running tasks have "
              + change.settings.drainDeadline().toSeconds()
              + " s to finish");
      scheduleDrainOver(change);
    }
  }

  private static void scheduleDrainOver(Transition change) {
    change.schedule(new Timer.DrainOver(), change.instant().plus(change.settings.drainDeadline()));
  }

  /** The time for draining, or for stopping, is over. */
  void drainOver(Transition change) {
    if (change.phase == Phase.DRAINING) {
      change.log(
          true, "the time for draining is over: tasks that still run are killed and requeued");
      endIdle(change);
      change.phase = Phase.STOPPING;
      scheduleDrainOver(change);
    } else if (change.phase == Phase.STOPPING && !change.pool.anyLive()) {
      end(change);
    }
  }

  /** Goes on to stop, or to end, if nothing is left to wait for. */
  void advance(Transition change) {
    if (change.phase == Phase.DRAINING
        && !change.pool.anyBusy()
        && change.orders.underWay().isEmpty()) {
      endIdle(change);
      change.phase = Phase.STOPPING;
      scheduleDrainOver(change);
    }
    if (change.phase == Phase.STOPPING) {
      kill(change, slot -> slot.canBeKilled() || (slot.hasGrace() && !isEnding(slot)));
      boolean connected = change.broker.connected();
      boolean answered = change.broker.pending().isEmpty() || !connected;
      if (!change.pool.anyLive()
          && answered
          && (change.orders.underWay().isEmpty() || !connected)) {
        end(change);
      }
    }
  }

  /** Asks the workers without a task to end, so that they can close their handlers. */
  private static void endIdle(Transition change) {
    for (var slot : change.pool.slots()) {
      if (slot.process() instanceof Slot.Idle) {
        change.put(slot.killed(new Slot.Cause.Stopping(), null, true, change.instant()));
        change.add(new Effect.AskToEnd(slot.key(), null, 0, "the controller ends"));
        change.schedule(new Timer.GraceOver(slot.key()), change.instant().plus(CLOSING));
      }
    }
  }

  /** Whether a worker was asked to end by {@link #endIdle}. */
  private static boolean isEnding(Slot slot) {
    return slot.process() instanceof Slot.Dying dying
        && dying.cause() instanceof Slot.Cause.Stopping;
  }

  /** Kills the chosen workers, because the controller stops. */
  private static void kill(Transition change, Predicate<Slot> isChosen) {
    var killed = new ArrayList<WorkerKey>();
    for (var slot : change.pool.slots()) {
      if (isChosen.test(slot)) {
        change.put(slot.killed(new Slot.Cause.Stopping(), null, false, change.instant()));
        killed.add(slot.key());
      }
    }
    if (!killed.isEmpty()) {
      change.add(new Effect.Kill(List.copyOf(killed)));
    }
  }

  private void end(Transition change) {
    consumption.returnAllWaiting(change);
    supervision.showRunning(change);
    change.phase = Phase.ENDED;
    change.add(new Effect.End());
  }
}
