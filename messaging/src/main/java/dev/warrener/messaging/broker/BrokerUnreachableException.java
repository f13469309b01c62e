package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * The broker could not be reached, or was lost before it had answered: nobody knows whether what
 * was asked has been done. Exit status 69.
 */
public final class BrokerUnreachableException extends BrokerException {
  private static final long serialVersionUID = 1;

  public BrokerUnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
