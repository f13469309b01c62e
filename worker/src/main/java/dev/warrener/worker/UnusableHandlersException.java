package dev.warrener.worker;

/** The handlers on the class path can't be used; the message is a sentence for the deployer. */
final class UnusableHandlersException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableHandlersException(String message) {
    super(message);
  }
}
