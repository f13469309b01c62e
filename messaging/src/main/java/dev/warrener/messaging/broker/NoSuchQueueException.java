package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/** Thrown when a queue or an exchange does not exist. Commands exit with status 4. */
public final class NoSuchQueueException extends BrokerException {
  private static final long serialVersionUID = 1;

  public NoSuchQueueException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
