package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.EndedRuns.Ended;
import dev.warrener.controller.fleet.state.EndedRuns.Owed;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import org.jspecify.annotations.Nullable;

/** Settles messages whose id has another message that is or was here, and answers their askers. */
final class Duplicates {
  private final TaskReports reports;

  Duplicates(TaskReports reports) {
    this.reports = reports;
  }

  /**
   * Drops a message whose id has another message here, which has other content or another asker.
   *
   * @param isCopy whether only the asker differs
   * @param where where the other one is: "runs here, attempt 2"
   * @param isAnswered whether somebody else waits than for the other one
   * @param earlier how the other one ended, or null if it has not ended for good
   */
  void drop(
      Transition change,
      DeliveryKey key,
      Task task,
      boolean isCopy,
      String where,
      boolean isAnswered,
      @Nullable Outcome earlier) {
    var detail =
        isCopy
            ? "it is a copy of a task of queue "
                + task.queue()
                + ", for another asker; that one "
                + where
                + ": it does not run again"
            : "its id belongs to another task of queue "
                + task.queue()
                + ", which "
                + where
                + ": publish this one with an id of its own";
    change.log(true, "task " + task.id() + " was dropped: " + detail);
    change.acknowledge(key);
    reports.dropped(change, task, detail, null);
    if (isAnswered) {
      answer(change, task, detail, earlier);
    }
  }

  /**
   * Settles another message of a task as the last run of the task was settled. Who has published it
   * anew waits for a result that has been sent already, so it is told how the task ended.
   *
   * @param redelivered whether the broker has handed the message out before, so that it may be the
   *     one that has run
   */
  void settleAgain(
      Transition change, DeliveryKey key, Task task, Ended before, boolean redelivered) {
    // The message of an earlier run is a leftover: nothing is owed to it.
    var owed = task.attempt() == before.attempt() ? before.owed() : new Owed.Nothing();
    if (owed instanceof Owed.Copy copy) {
      TaskOutcomes.move(change, key, task, copy.routingKey(), copy.headers(), null);
      return;
    }
    change.log(false, "a copy of task " + task.id() + ", which has ended here, was acknowledged");
    change.acknowledge(key);
    if (!redelivered && before.outcome() != null) {
      answer(
          change,
          task,
          "a copy of it " + hasEnded(before) + ": it does not run again",
          before.outcome());
    }
  }

  /** Returns how a run ended here, as the end of a clause about its task. */
  static String hasEnded(Ended ended) {
    return "has ended here, attempt "
        + ended.attempt()
        + (ended.outcome() == null ? ", and is tried again" : ", as " + ended.outcome().wire());
  }

  private void answer(Transition change, Task task, String detail, @Nullable Outcome earlier) {
    var error = new TaskError("duplicate", detail, null);
    reports.neverRuns(change, task, new NeverRun(Outcome.DUPLICATE, error, null, earlier));
  }
}
