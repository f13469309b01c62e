package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * The broker does not let this user do that: a wrong password, no such virtual host, a right that
 * is missing. Exit status 77.
 */
public final class NotAllowedException extends BrokerException {
  private static final long serialVersionUID = 1;

  public NotAllowedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
