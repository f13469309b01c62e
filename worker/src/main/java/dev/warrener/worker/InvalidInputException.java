package dev.warrener.worker;

/**
 * A task's input isn't what its handler expects, so that another attempt would end the same. The
 * failure is reported with the type {@code invalid-input}.
 */
public class InvalidInputException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Made with a sentence that names what is missing or wrong. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** Made with a sentence that names what is missing or wrong, and where that was noticed. */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
