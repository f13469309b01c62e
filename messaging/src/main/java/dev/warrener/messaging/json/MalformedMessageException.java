package dev.warrener.messaging.json;

import org.jspecify.annotations.Nullable;

/** A message that can't be read as what it should be. The message is a sentence that says why. */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MalformedMessageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
