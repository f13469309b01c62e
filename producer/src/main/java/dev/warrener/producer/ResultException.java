package dev.warrener.producer;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a task's result is unknown. The task itself may wait, run, or have ended. The message
 * is a sentence for people.
 */
public class ResultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String taskId;

  ResultException(String taskId, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.taskId = taskId;
  }

  /** Returns the task's id. */
  public final String taskId() {
    return taskId;
  }
}
