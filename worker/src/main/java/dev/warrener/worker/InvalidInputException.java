package dev.warrener.worker;

/**
 * Thrown by a handler when a task's input isn't what it expects. Another attempt would fail the
 * same way, so there is none: the task goes to the dead letters. The failure is reported with the
 * type {@code invalid-input}.
 */
public class InvalidInputException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a sentence that names what is missing or wrong. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** Creates the exception with a sentence that names what is missing or wrong, and its cause. */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
