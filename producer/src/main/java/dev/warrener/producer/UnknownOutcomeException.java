package dev.warrener.producer;

import dev.warrener.messaging.task.Task;

/**
 * Thrown when the task was sent and the broker did not answer, so the task may or may not be in its
 * queue. Submit it again with the same id: a controller that receives both copies drops one. Two
 * hosts may each run a copy, so tasks should be idempotent.
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
