package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task in a worker.
 *
 * @param task what runs
 * @param delivery the delivery that it answers for, or null while the broker has taken it back
 * @param startedAt when the worker said that it starts, or null while it has only been handed over:
 *     such a task counts as waiting
 * @param recalled whether the worker was told to give it back, and has not answered: by giving it
 *     back, or by saying that it has started
 */
public record TaskRun(
    Task task, @Nullable DeliveryKey delivery, @Nullable Instant startedAt, boolean recalled) {
  public static TaskRun of(Task task, DeliveryKey delivery) {
    return new TaskRun(task, delivery, null, false);
  }

  public boolean started() {
    return startedAt != null;
  }

  public boolean is(String id, int attempt) {
    return task.attempt() == attempt && task.id().equals(id);
  }

  /** Whether an end says that the worker has given the task back, and will never start it. */
  public boolean isGivenBack(RunEnd end) {
    TaskError error = end.error();
    return !started() && error != null && error.type().equals(ErrorType.CANCELLED);
  }

  public TaskRun withDelivery(@Nullable DeliveryKey key) {
    return new TaskRun(task, key, startedAt, recalled);
  }

  public TaskRun startedAt(Instant instant) {
    return new TaskRun(task, delivery, instant, false);
  }

  public TaskRun recalling() {
    return new TaskRun(task, delivery, startedAt, true);
  }
}
