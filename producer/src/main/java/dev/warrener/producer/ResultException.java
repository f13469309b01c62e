package dev.warrener.producer;

import org.jspecify.annotations.Nullable;

/**
 * No result can be told of a task. The task itself may run, or have run. The message is a sentence
 * for a person.
 */
public class ResultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String taskId;

  ResultException(String taskId, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.taskId = taskId;
  }

  /** The task's id. */
  public final String taskId() {
    return taskId;
  }
}
