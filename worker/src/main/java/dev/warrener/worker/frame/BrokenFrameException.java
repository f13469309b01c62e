package dev.warrener.worker.frame;

import java.io.IOException;

/**
 * The other side of a channel said something that is no frame, or a frame that lacks what it must
 * have. Nothing that follows on that channel can be trusted: whoever meets this closes it.
 */
public final class BrokenFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Made with a sentence that says what is wrong, and where. */
  public BrokenFrameException(String message) {
    super(message);
  }
}
