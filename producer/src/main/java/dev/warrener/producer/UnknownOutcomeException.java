package dev.warrener.producer;

import dev.warrener.messaging.task.Task;

/**
 * Thrown when the task was sent and the broker did not answer: the task may be in its queue or not.
 * Submitting it again with the same id is safe: a controller that receives both drops one.
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
