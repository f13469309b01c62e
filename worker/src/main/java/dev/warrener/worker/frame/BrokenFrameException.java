package dev.warrener.worker.frame;

import java.io.IOException;

/**
 * Thrown when the other side of a channel has sent bytes that are no frame, or a frame without a
 * required field. What follows on the channel can't be trusted: the receiver has to close it.
 */
public final class BrokenFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with a sentence that says what is wrong, and where. */
  public BrokenFrameException(String message) {
    super(message);
  }
}
