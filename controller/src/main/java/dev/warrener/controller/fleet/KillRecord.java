package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.OrderProgress;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.controller.fleet.state.RetainedKills.DoomedRun;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import dev.warrener.messaging.order.OrderKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps a record of the kills under way, for the next run of this controller. Without the record
 * that run would find the order in the log, find nothing to kill, and report as done what nobody
 * has settled.
 */
final class KillRecord {
  private KillRecord() {}

  /** Writes down the kills under way, if they have changed. */
  static void keep(Transition change) {
    if (!change.haveKillsChanged()) {
      return;
    }
    var before = change.orders.retained();
    var next = new ArrayList<RetainedKills.Kill>();
    for (var progress : change.orders.underWay().values()) {
      if (progress.order().kind() == OrderKind.KILL && !progress.targets().isEmpty()) {
        next.add(
            new RetainedKills.Kill(
                progress.heard().given(),
                progress.heard().userId(),
                progress.heard().isKeptHereAlone(),
                progress.targets().size(),
                doomed(change, progress)));
      }
    }
    if (next.equals(before.kills())) {
      return;
    }
    var kills = new RetainedKills(1, next);
    change.orders = change.orders.retaining(kills);
    if (kills.hasMoreThan(before)) {
      change.addFirst(new Effect.KeepKills(kills, true));
    } else {
      // After the revocations that it leaves behind.
      change.add(new Effect.KeepKills(kills, false));
    }
  }

  private static List<DoomedRun> doomed(Transition change, OrderProgress progress) {
    var doomed = new ArrayList<DoomedRun>();
    for (var killed : progress.killedRuns()) {
      doomed.add(of(killed.run(), killed.queue()));
    }
    for (var slot : change.pool.slots()) {
      if (slot.process() instanceof Slot.Dying dying && progress.targets().contains(slot.key())) {
        for (var run : KilledRuns.cutRuns(dying)) {
          if (progress.id().equals(KilledRuns.decidingOrder(change, slot, dying, run))) {
            doomed.add(of(run, slot.queue()));
          }
        }
      }
    }
    doomed.sort(Comparator.comparing(DoomedRun::key));
    return doomed;
  }

  private static DoomedRun of(TaskRun run, String queue) {
    var task = run.task();
    return new DoomedRun(task.id(), task.attempt(), task.batch(), queue);
  }
}
