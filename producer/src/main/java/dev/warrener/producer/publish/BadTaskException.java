package dev.warrener.producer.publish;

/** Thrown when a line is not a valid task. The message is a clause that says why. */
final class BadTaskException extends Exception {
  private static final long serialVersionUID = 1L;

  BadTaskException(String message) {
    super(message);
  }
}
