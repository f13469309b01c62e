package dev.warrener.controller.process.linux;

import java.io.IOException;

/**
 * Thrown when worker processes can't run on this host as configured. The message is one sentence
 * that says what to do.
 */
public final class ProcessLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ProcessLayerException(String message) {
    super(message);
  }

  public ProcessLayerException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Makes an exception with the message of its cause, which says what to do. */
  public ProcessLayerException(IOException because) {
    super(because.getMessage(), because);
  }
}
