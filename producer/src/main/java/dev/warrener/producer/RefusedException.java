package dev.warrener.producer;

import dev.warrener.messaging.task.Task;
import org.jspecify.annotations.Nullable;

/** The task is certainly not at the broker: the broker said no, or it was never sent. */
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
