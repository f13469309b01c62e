package dev.warrener.operator.rollcall;

/**
 * An order names something that does not exist: a fleet, a controller, a queue or a worker. Nothing
 * was sent. The message is a sentence for a person, with a suggestion if a name looks mistyped.
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
