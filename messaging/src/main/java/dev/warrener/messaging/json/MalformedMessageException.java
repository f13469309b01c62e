package dev.warrener.messaging.json;

import org.jspecify.annotations.Nullable;

/** Thrown when a message can't be read as the expected type. Its text says why, in a sentence. */
public final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MalformedMessageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
