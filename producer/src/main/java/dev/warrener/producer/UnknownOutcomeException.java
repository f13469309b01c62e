package dev.warrener.producer;

import dev.warrener.messaging.task.Task;

/**
 * The task was sent and no answer came: it may be in its queue or not. Submitting it again with the
 * same id is safe: a controller that has the one and meets the other drops it.
 */
public final class UnknownOutcomeException extends PublishException {
  private static final long serialVersionUID = 1L;

  UnknownOutcomeException(Task task, String because) {
    super(
        task,
        "nobody knows whether task "
            + task.id()
            + " reached queue \""
            + task.queue()
            + "\": "
            + because
            + "; submitting it again with the same id is safe",
        null);
  }
}
