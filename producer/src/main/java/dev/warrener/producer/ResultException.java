package dev.warrener.producer;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a task's result is not known. The task itself may run, or may have run. The message
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
