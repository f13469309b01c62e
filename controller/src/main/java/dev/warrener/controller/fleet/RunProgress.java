package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.controller.fleet.state.TaskRun;
import org.pcollections.PVector;

/** Follows the runs at the workers: their starts, their ends and their time limits. */
final class RunProgress {
  private final Supervision supervision;
  private final OrderKilling killing;
  private final WorkerPrefetch prefetch;
  private final TaskArrival arrival;
  private final TaskOutcomes outcomes;
  private final TaskReports reports;
  private final Suspects suspects;

  RunProgress(
      Supervision supervision,
      OrderKilling killing,
      WorkerPrefetch prefetch,
      TaskArrival arrival,
      TaskOutcomes outcomes,
      TaskReports reports,
      Suspects suspects) {
    this.supervision = supervision;
    this.killing = killing;
    this.prefetch = prefetch;
    this.arrival = arrival;
    this.outcomes = outcomes;
    this.reports = reports;
    this.suspects = suspects;
  }

  /** A worker reported the start of a run. */
  void started(Transition change, Event.Started started) {
    var slot = change.pool.find(started.worker());
    var run = slot == null ? null : slot.find(started.task(), started.attempt());
    if (slot == null || run == null || run.started()) {
      return;
    }
    switch (slot.process()) {
      case Slot.Busy busy -> startedBusy(change, slot, busy, run);
      case Slot.Dying dying -> startedDying(change, slot, dying, run);
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Starting _, Slot.Idle _ -> {}
    }
  }

  private void startedBusy(Transition change, Slot slot, Slot.Busy busy, TaskRun run) {
    if (busy.run().started()) {
      return;
    }
    var begun = run.startedAt(change.steady());
    var later = behind(busy.run(), busy.ahead(), run);
    var next = slot.with(busy.starting(begun, later, change.steady()));
    change.put(next);
    suspects.started(change, run.task());
    reports.started(change, run.task(), change.workerId(slot));
    limit(change, slot, run);
    if (run.recalled()) {
      killing.startedAfterRecall(change, next);
    }
  }

  private static void limit(Transition change, Slot slot, TaskRun run) {
    var timeout = Dispatch.timeoutOf(change, run.task());
    if (timeout != null) {
      change.schedule(
          new Timer.RunDeadline(slot.key(), run.task().id(), run.task().attempt()),
          change.steady().plus(timeout));
    }
  }

  private static void startedDying(Transition change, Slot slot, Slot.Dying dying, TaskRun run) {
    var last = dying.run();
    var end = dying.end();
    if (last == null || (last.started() && end == null)) {
      return;
    }
    var begun = run.startedAt(change.steady());
    if (dying.asked()) {
      limit(change, slot, run);
    }
    change.put(
        slot.with(
            end == null
                ? dying.with(begun, null, behind(last, dying.ahead(), run), dying.ended())
                : dying.with(
                    begun,
                    null,
                    dying.ahead().minus(run),
                    dying.ended().plus(new Slot.Ended(last, end)))));
  }

  /**
   * Returns the tasks that are left to start when {@code run} starts. That run need not be the one
   * that was expected next.
   */
  private static PVector<TaskRun> behind(TaskRun next, PVector<TaskRun> ahead, TaskRun run) {
    return next.equals(run) ? ahead : ahead.minus(run).plus(0, next);
  }

  /** A worker reported the end of a run, or returned a task. */
  void finished(Transition change, Event.Finished finished) {
    var slot = change.pool.find(finished.worker());
    var run = slot == null ? null : slot.find(finished.task(), finished.attempt());
    if (slot == null || run == null) {
      return;
    }
    switch (slot.process()) {
      case Slot.Busy busy -> finishedBusy(change, slot, busy, run, finished.end());
      case Slot.Dying dying -> finishedDying(change, slot, dying, run, finished.end());
      case Slot.None _, Slot.BackingOff _, Slot.CrashLooping _, Slot.Starting _, Slot.Idle _ -> {}
    }
  }

  private void finishedBusy(Transition change, Slot slot, Slot.Busy busy, TaskRun run, RunEnd end) {
    // A worker that returns a task without having been asked to has failed at it. Otherwise the
    // task could be returned and dispatched for ever.
    boolean isBack = run.isGivenBack(end) && run.recalled();
    var now = change.steady();
    if (run.equals(busy.run())) {
      change.put(
          isBack
              ? slot.with(busy.after(now, busy.fruitful()))
              : slot.forgiven().with(busy.after(now, true)));
    } else if (isBack || !busy.run().started()) {
      change.put(slot.with(busy.with(busy.run(), busy.ahead().minus(run))));
    } else {
      // A worker runs one task at a time: this run can't have ended before the one that runs.
      return;
    }
    if (isBack) {
      arrival.waitAgain(change, run);
      return;
    }
    if (run.startedAt() != null) {
      prefetch.noteDuration(change, slot.queue(), run.startedAt());
    }
    outcomes.ended(change, run, change.workerId(slot), end);
  }

  /** A run ended before its worker was killed: it is settled when the worker's tree is empty. */
  private static void finishedDying(
      Transition change, Slot slot, Slot.Dying dying, TaskRun run, RunEnd runEnd) {
    if (run.isGivenBack(runEnd)) {
      // The task meets the same fate as the others that have not started.
      return;
    }
    var last = dying.run();
    var end = dying.end();
    if (run.equals(last)) {
      change.put(slot.with(dying.with(run, runEnd)));
    } else if (last != null && end != null) {
      change.put(
          slot.with(
              dying.with(
                  run,
                  runEnd,
                  dying.ahead().minus(run),
                  dying.ended().plus(new Slot.Ended(last, end)))));
    } else if (last != null && !last.started()) {
      change.put(
          slot.with(dying.with(run, runEnd, behind(last, dying.ahead(), run), dying.ended())));
    }
  }

  /** A run has reached its hard limit. */
  void deadline(Transition change, Timer.RunDeadline due) {
    var slot = change.pool.find(due.worker());
    var run = slot == null ? null : slot.run();
    if (slot == null || run == null || !run.is(due.task(), due.attempt())) {
      return;
    }
    if (slot.process() instanceof Slot.Dying dying && dying.asked() && dying.end() == null) {
      // It was asked to end, and dies for an order: that decides what becomes of its task.
      supervision.kill(change, slot, new Slot.Cause.TimedOut(due.task(), due.attempt()));
      return;
    }
    if (!(slot.process() instanceof Slot.Busy busy)) {
      return;
    }
    var timeout = Dispatch.timeoutOf(change, busy.run().task());
    if (busy.ahead().isEmpty()
        || timeout == null
        || change.steady().isAfter(busy.since().plus(timeout).plus(WorkerPrefetch.DEFERRED))) {
      supervision.kill(change, slot, new Slot.Cause.TimedOut(due.task(), due.attempt()));
    } else {
      prefetch.recallAll(change, slot, busy);
      change.schedule(due, change.steady().plusMillis(5));
    }
  }

  /** A worker has not answered in time to the request to return a task. */
  void recallUnanswered(Transition change, Timer.RecallUnanswered due) {
    var slot = change.pool.find(due.worker());
    var run = slot == null ? null : slot.find(due.task(), due.attempt());
    if (slot != null
        && run != null
        && slot.process() instanceof Slot.Busy
        && run.wasRecalledBy(change.steady().minus(WorkerPrefetch.ANSWER))) {
      change.log(
          true,
          "worker "
              + change.workerId(slot)
              + " was asked to return task "
              + due.task()
              + " and has not answered for "
              + WorkerPrefetch.ANSWER.toMillis()
              + " ms: it is killed, and its task starts again without counting an attempt");
      supervision.kill(change, slot, new Slot.Cause.NoAnswer());
    }
  }
}
