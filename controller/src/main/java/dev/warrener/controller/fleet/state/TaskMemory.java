package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that are or were here, so that a second copy of one is noticed. Immutable.
 *
 * @param known the tasks that may be here now
 * @param ended the runs that have lately ended here
 * @param lost the runs during which this controller's process ended
 */
public record TaskMemory(KnownTasks known, EndedRuns ended, LostRuns lost) {
  /** Returns an empty memory. */
  public static TaskMemory empty(Instant now) {
    return new TaskMemory(KnownTasks.NONE, EndedRuns.none(now), LostRuns.NONE);
  }

  /** Whether a task may be here already. */
  public boolean isKnown(TaskKey task) {
    return known.contains(task);
  }

  /** Whether more than one delivery of a task may be here. */
  public boolean mayBeTwice(TaskKey task) {
    return known.mayBeTwice(task);
  }

  /** Returns a copy without tasks that are not here any more, if it has become too large. */
  public TaskMemory pruned(WorkerPool pool, Collection<QueueState> queues) {
    return known.isFull() ? new TaskMemory(known.of(pool.slots(), queues), ended, lost) : this;
  }

  /** Returns a copy that knows of one more delivery of a task. */
  public TaskMemory delivered(TaskKey task) {
    return new TaskMemory(isKnown(task) ? known.plusAgain(task) : known.plus(task), ended, lost);
  }

  /** Returns the last run of a task that has ended here, or null. */
  public EndedRuns.@Nullable Ended lastRun(TaskKey task) {
    return ended.lastOf(task);
  }

  /** Returns the ended run of this very message, or null. */
  public EndedRuns.@Nullable Ended endedRun(Task task) {
    return ended.find(task);
  }

  /**
   * Returns a copy that remembers the end of a run, and the settlement that its message needs.
   *
   * @param outcome how the task ended, or null if it is tried again
   */
  public TaskMemory remembering(
      Task task, EndedRuns.Owed owed, @Nullable Outcome outcome, Instant now, Duration window) {
    return new TaskMemory(known, ended.plus(task, owed, outcome, now, window), lost);
  }

  /** Returns a copy in which nothing is owed to the message of a run any more. */
  public TaskMemory settled(TaskKey task, int attempt) {
    return new TaskMemory(known, ended.settled(task, attempt), lost);
  }

  /** Returns a copy with other lost runs. */
  public TaskMemory with(LostRuns runs) {
    return runs.equals(lost) ? this : new TaskMemory(known, ended, runs);
  }
}
