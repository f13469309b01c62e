package dev.warrener.embedded;

import org.jspecify.annotations.Nullable;

/** Thrown when the embedded broker can't start. The message is a sentence that says what to do. */
public final class EmbeddedBrokerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedBrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
