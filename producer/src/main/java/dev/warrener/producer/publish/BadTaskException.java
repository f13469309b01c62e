package dev.warrener.producer.publish;

/** Thrown when a line is no task. The message says why, as a clause. */
final class BadTaskException extends Exception {
  private static final long serialVersionUID = 1L;

  BadTaskException(String message) {
    super(message);
  }
}
