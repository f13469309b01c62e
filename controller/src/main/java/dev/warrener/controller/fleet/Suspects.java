package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.controller.fleet.state.TaskKey;
import dev.warrener.messaging.task.Task;
import java.util.List;

/**
 * Finds the tasks that kill their controller: when a controller dies, nobody is left to charge them
 * with a crash. Such a task runs apart from other suspects, so that only one of them is to blame
 * for the next death, and is quarantined like a task that killed its worker too often.
 */
final class Suspects {
  /** A former run of this controller had written down runs. */
  void remembered(Transition change, List<LostRuns.Run> runs) {
    change.memory = change.memory.with(change.memory.lost().remembering(runs));
    if (!runs.isEmpty()) {
      change.add(new Effect.WriteSuspectRuns(change.memory.lost().written()));
    }
  }

  /** A task was delivered that the broker had redelivered {@code returns} times before. */
  void delivered(Transition change, Task task, int returns) {
    change.memory = change.memory.with(change.memory.lost().delivered(task, returns));
  }

  /** Returns how often this attempt of a task was lost, if it may not run again; else 0. */
  int lossesIfTooMany(Transition change, Task task) {
    int losses = change.memory.lost().losses(task);
    return losses > 0 && losses + TaskOutcomes.crashesOf(task) >= change.settings.poisonAfter()
        ? losses
        : 0;
  }

  /** Whether a task may run while other tasks run whose runs were lost. */
  static boolean mayRunBesideOthers(Transition change, Task task) {
    var lost = change.memory.lost();
    if (lost.lost().isEmpty() || lost.losses(task) == 0) {
      return true;
    }
    var key = TaskKey.of(task);
    for (var slot : change.pool.slots()) {
      if (slot.find(run -> !TaskKey.of(run.task()).equals(key) && lost.losses(run.task()) > 0)
          != null) {
        return false;
      }
    }
    return true;
  }

  /** A run has started: it is written down if its task is suspect. */
  void started(Transition change, Task task) {
    note(change, change.memory.lost().started(task));
  }

  /** Strikes out the runs that have ended. */
  void strikeOutEnded(Transition change) {
    if (!change.memory.lost().running().isEmpty()) {
      note(change, change.memory.lost().ended(change.pool));
    }
  }

  private static void note(Transition change, LostRuns next) {
    if (!next.equals(change.memory.lost())) {
      change.memory = change.memory.with(next);
      change.add(new Effect.WriteSuspectRuns(next.written()));
    }
  }
}
