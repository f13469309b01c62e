package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * The runs that have lately ended here. A second copy of such a task is settled like the first, and
 * not run again. Immutable.
 *
 * <p>The runs are kept in two generations of bounded size, so that forgetting them costs nothing.
 * The maps are sorted by id, which is faster than by hash: most ids begin with the time.
 *
 * @param young the runs that ended since the younger generation began, by task
 * @param old the runs of the generation before
 * @param since when the younger generation began
 */
public record EndedRuns(
    TreePMap<TaskKey, Ended> young, TreePMap<TaskKey, Ended> old, Instant since) {
  /** The most runs in a generation: a bound on memory, not on time. */
  private static final int MOST = 50_000;

  /**
   * A run that has ended.
   *
   * @param attempt the attempt number
   * @param requeuedAt when an operator had requeued the task from the dead letters, or null
   * @param owed the settlement that its message still needs
   * @param outcome how the task ended, or null if it is tried again
   * @param content the content of its message
   */
  public record Ended(
      int attempt,
      @Nullable Instant requeuedAt,
      Owed owed,
      @Nullable Outcome outcome,
      TaskContent content) {
    private Ended settled() {
      return new Ended(attempt, requeuedAt, new Owed.Nothing(), outcome, content);
    }
  }

  /** The settlement that the message of an ended run needs if it is delivered again. */
  public sealed interface Owed {
    /** Nothing more: the message is acknowledged. */
    record Nothing() implements Owed {}

    /** A copy is to be published; then the message is acknowledged. */
    record Copy(String routingKey, Map<String, @Nullable Object> headers) implements Owed {}
  }

  /** Returns a memory of no runs. */
  public static EndedRuns none(Instant now) {
    return new EndedRuns(TreePMap.empty(), TreePMap.empty(), now);
  }

  /**
   * Returns a copy with one more run.
   *
   * @param outcome how the task ended, or null if it is tried again
   * @param window the age at which the younger generation becomes the older one
   */
  public EndedRuns plus(
      Task task, Owed owed, @Nullable Outcome outcome, Instant now, Duration window) {
    var key = TaskKey.of(task);
    var ended = new Ended(task.attempt(), task.requeuedAt(), owed, outcome, TaskContent.of(task));
    boolean turn = young.size() >= MOST || now.isAfter(since.plus(window));
    return turn
        ? new EndedRuns(TreePMap.singleton(key, ended), young, now)
        : new EndedRuns(young.plus(key, ended), old, since);
  }

  /** Returns a copy in which the message of a run needs no more than an acknowledgement. */
  public EndedRuns settled(TaskKey task, int attempt) {
    var ended = young.get(task);
    if (ended == null || ended.attempt != attempt) {
      return this;
    }
    return new EndedRuns(young.plus(task, ended.settled()), old, since);
  }

  /** Returns the last run of a task that has ended here, or null. */
  public @Nullable Ended lastOf(TaskKey task) {
    var ended = young.get(task);
    return ended == null ? old.get(task) : ended;
  }

  /** Returns the run of this very message, or null if it has not ended here. */
  public @Nullable Ended find(Task task) {
    var ended = lastOf(TaskKey.of(task));
    if (ended == null || task.attempt() > ended.attempt) {
      return null;
    }
    var requeuedAt = task.requeuedAt();
    return Objects.equals(requeuedAt, ended.requeuedAt) ? ended : null;
  }
}
