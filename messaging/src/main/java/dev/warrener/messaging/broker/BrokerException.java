package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/** Thrown when the broker refuses or fails a request. The message is a sentence for people. */
public class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
