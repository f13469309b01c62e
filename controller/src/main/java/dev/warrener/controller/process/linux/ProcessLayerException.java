package dev.warrener.controller.process.linux;

import java.io.IOException;

/**
 * Worker processes can't be kept on this host as they should be. The message is one sentence that
 * says what to do.
 */
public final class ProcessLayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ProcessLayerException(String message) {
    super(message);
  }

  public ProcessLayerException(String message, Throwable cause) {
    super(message, cause);
  }

  /** For the same reason, which says what to do. */
  public ProcessLayerException(IOException because) {
    super(because.getMessage(), because);
  }
}
