package dev.warrener.testbroker;

import org.jspecify.annotations.Nullable;

/** A kind of broker can't be had on this machine. The message is a clause that says why. */
final class BrokerUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokerUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
