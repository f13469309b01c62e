package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/** Something that the broker refused or could not do. The message is a sentence for a person. */
public class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
