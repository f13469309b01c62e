package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when an exchange or queue exists with other properties than this release gives it. The
 * message names it, says what was found and wanted, and what to do. Commands exit with status 78.
 */
public final class TopologyMismatchException extends BrokerException {
  private static final long serialVersionUID = 1;

  public TopologyMismatchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
