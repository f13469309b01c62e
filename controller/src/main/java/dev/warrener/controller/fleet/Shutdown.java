package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.FleetState.Phase;

/** The end of a controller's life: it drains, kills its workers, and ends. */
final class Shutdown {
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
      case STOPPING, ENDED -> {}
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
      change.phase = Phase.STOPPING;
      scheduleDrainOver(change);
    }
    if (change.phase == Phase.STOPPING) {
      supervision.killAllForStop(change);
      boolean connected = change.broker.connected();
      boolean answered = change.broker.pending().isEmpty() || !connected;
      if (!change.pool.anyLive()
          && answered
          && (change.orders.underWay().isEmpty() || !connected)) {
        end(change);
      }
    }
  }

  private void end(Transition change) {
    consumption.returnAllWaiting(change);
    supervision.showRunning(change);
    change.phase = Phase.ENDED;
    change.add(new Effect.End());
  }
}
