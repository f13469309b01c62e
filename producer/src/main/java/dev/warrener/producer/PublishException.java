package dev.warrener.producer;

import dev.warrener.messaging.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the broker has not confirmed a submitted task. Each of the three subclasses calls for
 * another reaction of the caller. The message is a sentence for people.
 */
public abstract class PublishException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String taskId;
  private final String queue;

  PublishException(Task task, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.taskId = task.id();
    this.queue = task.queue();
  }

  /** Returns the task's id. */
  public final String taskId() {
    return taskId;
  }

  /** Returns the queue that the task was submitted to. */
  public final String queue() {
    return queue;
  }
}
