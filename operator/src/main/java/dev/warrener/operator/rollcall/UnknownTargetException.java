package dev.warrener.operator.rollcall;

/**
 * Thrown when an order names a fleet, controller, queue or worker that does not exist. Nothing was
 * sent. The message is a sentence for a person, with a suggestion if a name looks mistyped.
 */
public final class UnknownTargetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnknownTargetException(String message) {
    super(message);
  }

  public UnknownTargetException(String message, Throwable cause) {
    super(message, cause);
  }
}
