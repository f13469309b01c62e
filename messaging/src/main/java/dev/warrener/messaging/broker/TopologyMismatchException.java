package dev.warrener.messaging.broker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when an exchange or queue exists with other properties than this release gives it. The
 * message names it, says what was found and wanted, and what to do. Commands exit with status 78.
 */
public final class TopologyMismatchException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final @Nullable String argument;
  private final @Nullable String found;

  public TopologyMismatchException(String message, @Nullable Throwable cause) {
    this(message, cause, null, null);
  }

  TopologyMismatchException(
      String message,
      @Nullable Throwable cause,
      @Nullable String argument,
      @Nullable String found) {
    super(message, cause);
    this.argument = argument;
    this.found = found;
  }

  /** Returns the name of the argument that has another value, or null if it is not known. */
  @Nullable String argument() {
    return argument;
  }

  /** Returns the value that was found, or null if there is none. */
  @Nullable String found() {
    return found;
  }
}
