package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task at a worker. Immutable.
 *
 * @param task the task
 * @param delivery the delivery that is settled when the run has ended, or null while the broker has
 *     the delivery back
 * @param startedAt when the worker reported the start, or null while the task has only been handed
 *     over: such a task counts as waiting
 * @param recalledAt when the worker was asked to return the task, or null if it was not, or has
 *     answered: by returning the task or by reporting its start
 * @param lostAt since when the broker has had the delivery back, by the {@linkplain Now#steady
 *     steady} clock; null while the delivery is here
 */
public record TaskRun(
    Task task,
    @Nullable DeliveryKey delivery,
    @Nullable Instant startedAt,
    @Nullable Instant recalledAt,
    @Nullable Instant lostAt) {
  /** Returns a run of a task that a worker has only been handed. */
  public static TaskRun of(Task task, DeliveryKey delivery) {
    return new TaskRun(task, delivery, null, null, null);
  }

  /** Whether the worker has reported the start. */
  public boolean started() {
    return startedAt != null;
  }

  /** Whether the worker was asked to return the task and has not answered. */
  public boolean recalled() {
    return recalledAt != null;
  }

  /**
   * Whether the worker was asked at or before an instant, and has not answered. A task may be
   * handed to the same worker once more, and be asked for once more.
   */
  public boolean wasRecalledBy(Instant instant) {
    return recalledAt != null && !recalledAt.isAfter(instant);
  }

  /** Whether this is the run of a task with that attempt number. */
  public boolean is(String id, int attempt) {
    return task.attempt() == attempt && task.id().equals(id);
  }

  /** Whether an end means that the worker has returned the task and will never start it. */
  public boolean isGivenBack(RunEnd end) {
    TaskError error = end.error();
    return !started() && error != null && error.type().equals(ErrorType.CANCELLED);
  }

  /** Returns a copy with another delivery, or with none. */
  public TaskRun withDelivery(@Nullable DeliveryKey key) {
    return new TaskRun(task, key, startedAt, recalledAt, null);
  }

  /**
   * Returns a copy whose delivery the broker has back.
   *
   * @param since since when; what is known of an earlier loss stays
   */
  public TaskRun withoutDelivery(Instant since) {
    return new TaskRun(task, null, startedAt, recalledAt, lostAt == null ? since : lostAt);
  }

  /** Returns a copy that has started. */
  public TaskRun startedAt(Instant instant) {
    return new TaskRun(task, delivery, instant, null, lostAt);
  }

  /** Returns a copy that the worker was asked to return. */
  public TaskRun recalling(Instant now) {
    return new TaskRun(task, delivery, startedAt, now, lostAt);
  }
}
