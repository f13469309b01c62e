package dev.warrener.producer;

import dev.warrener.messaging.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the broker certainly does not have the task: the broker has refused it, or it was
 * never sent. The message has the reason.
 */
public final class RefusedException extends PublishException {
  private static final long serialVersionUID = 1L;

  RefusedException(Task task, String because) {
    this(task, because, null);
  }

  RefusedException(Task task, String because, @Nullable Throwable cause) {
    super(
        task,
        "task " + task.id() + " for queue \"" + task.queue() + "\" was not published: " + because,
        cause);
  }
}
