package dev.warrener.testbroker;

import org.jspecify.annotations.Nullable;

/** Thrown when a kind of broker is not available here. The message says why, as a clause. */
final class BrokerUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokerUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
