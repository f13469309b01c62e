package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/** The queue, or the fleet's exchange, does not exist at the broker. Exit status 4. */
public final class NoSuchQueueException extends BrokerException {
  private static final long serialVersionUID = 1;

  public NoSuchQueueException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
