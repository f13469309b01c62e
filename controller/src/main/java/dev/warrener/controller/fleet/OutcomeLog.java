package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.KilledRun;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.util.List;

/** Writes to the log how tasks and orders end, so that nobody has to have watched the events. */
final class OutcomeLog {
  private OutcomeLog() {}

  /** Logs that a run has failed, timed out or crashed, and what becomes of its task. */
  static void failed(
      Transition change,
      Task task,
      int maxAttempts,
      String worker,
      Outcome outcome,
      TaskError error,
      String next) {
    // The worker's output is in the log already.
    boolean isPrinted = outcome == Outcome.CRASHED || error.type().equals(ErrorType.EXIT);
    change.warn(
        named(task)
            + ", attempt "
            + task.attempt()
            + " of "
            + maxAttempts
            + ", "
            + (outcome == Outcome.TIMED_OUT ? "timed out" : outcome.wire())
            + " at worker "
            + worker
            + ": "
            + error.type()
            + ": "
            + error.message()
            + "; "
            + next,
        isPrinted ? List.of() : StackText.lines(error.stack()));
  }

  /** {@code task t1 (sleep, queue mail, batch b1)}. */
  private static String named(Task task) {
    var batch = task.batch();
    return "task "
        + task.id()
        + " ("
        + task.handler()
        + ", queue "
        + task.queue()
        + (batch == null ? "" : ", batch " + batch)
        + ")";
  }

  /** Returns what becomes of a task that is tried again. */
  static String retried(int seconds) {
    return "it is tried again after " + seconds + " s";
  }

  /** Returns what becomes of a task that is not tried again. */
  static String dead(DeadReason reason) {
    return reason == DeadReason.POISON
        ? "it is quarantined among the dead letters (poison)"
        : "it becomes a dead letter (" + reason.wire() + ")";
  }

  /** A task that waits becomes a dead letter. */
  static void neverRuns(Transition change, Task task, DeadReason reason, String detail) {
    boolean isFault =
        switch (reason) {
          case INVALID, FAILED, TIMED_OUT, CRASHED, POISON -> true;
          case KILLED, EXPIRED -> false;
        };
    change.log(isFault, named(task) + " does not run: " + detail + "; " + dead(reason));
  }

  /** The run of a killed worker has met its fate. */
  static void settled(Transition change, KilledRun killed, String order) {
    var task = killed.run().task();
    change.log(
        false,
        "task "
            + task.id()
            + ", attempt "
            + task.attempt()
            + ", was running when its worker was killed: "
            + killed.fate().wire()
            + " (order "
            + order
            + ")");
  }

  /** An order is done here. */
  static void done(Transition change, Order order, Report.ControllerDone done) {
    boolean hasFailed = !done.failed().isEmpty();
    var sentence =
        "order "
            + order.id()
            + " ("
            + order.kind().wire()
            + " "
            + order.scope().describe()
            + ") is "
            + (hasFailed ? "over, and failed in part" : "done")
            + " here: workers killed: "
            + done.workers()
            + ", running tasks settled: "
            + done.tasks()
            + ", waiting tasks dropped or moved: "
            + done.backlog()
            + ", "
            + done.state().wire()
            + ", after "
            + done.tookMicros() / 1000
            + " ms";
    if (order.kind() == OrderKind.ROLL_CALL || order.dryRun()) {
      change.debug(sentence);
    } else if (hasFailed) {
      change.warn(sentence, done.failed());
    } else {
      change.log(false, sentence);
    }
  }
}
