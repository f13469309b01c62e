package dev.warrener.producer;

import dev.warrener.messaging.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a submitted task was not confirmed. It has three subclasses, because a caller can do
 * three different things about it. The message is a sentence for people.
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
