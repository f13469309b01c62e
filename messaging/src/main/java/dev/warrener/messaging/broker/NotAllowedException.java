package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the broker denies a request: the password is wrong, the virtual host does not exist,
 * or the user lacks a right. Commands exit with status 77.
 */
public final class NotAllowedException extends BrokerException {
  private static final long serialVersionUID = 1;

  public NotAllowedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
