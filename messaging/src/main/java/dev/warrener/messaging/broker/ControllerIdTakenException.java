package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/** Thrown when another connected controller has the same id. Commands exit with status 78. */
public final class ControllerIdTakenException extends BrokerException {
  private static final long serialVersionUID = 1;

  public ControllerIdTakenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
