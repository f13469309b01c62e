package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the broker can't be reached, or its connection is lost before it has answered. Then
 * nobody knows whether the request was carried out. Commands exit with status 69.
 */
public final class BrokerUnreachableException extends BrokerException {
  private static final long serialVersionUID = 1;

  public BrokerUnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
