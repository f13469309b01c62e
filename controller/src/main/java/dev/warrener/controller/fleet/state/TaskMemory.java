package dev.warrener.controller.fleet.state;

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
 */
public record TaskMemory(KnownTasks known, EndedRuns ended) {
  /** Returns an empty memory. */
  public static TaskMemory empty(Instant now) {
    return new TaskMemory(KnownTasks.NONE, EndedRuns.none(now));
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
    return known.isFull() ? new TaskMemory(known.of(pool.slots(), queues), ended) : this;
  }

  /** Returns a copy that knows of one more delivery of a task. */
  public TaskMemory delivered(TaskKey task) {
    return new TaskMemory(isKnown(task) ? known.plusAgain(task) : known.plus(task), ended);
  }

  /** Returns the last run of a task that has ended here, or null. */
  public EndedRuns.@Nullable Ended lastRun(TaskKey task) {
    return ended.lastOf(task);
  }

  /** Returns the ended run of this very message, or null. */
  public EndedRuns.@Nullable Ended endedRun(Task task) {
    return ended.find(task);
  }

  /** Returns a copy that remembers the end of a run, and the settlement that its message needs. */
  public TaskMemory remembering(Task task, EndedRuns.Owed owed, Instant now, Duration window) {
    return new TaskMemory(known, ended.plus(task, owed, now, window));
  }

  /** Returns a copy in which nothing is owed to the message of a run any more. */
  public TaskMemory settled(TaskKey task, int attempt) {
    return new TaskMemory(known, ended.settled(task, attempt));
  }
}
