package dev.warrener.messaging.broker;

/**
 * Thrown when a library on the class path is one that Warrener can't work with, usually because the
 * program's build chose another version than Warrener asks for. The message names the libraries and
 * what they lack. Trying again changes nothing. Commands exit with status 78.
 */
public final class IncompatibleLibraryException extends BrokerException {
  private static final long serialVersionUID = 1;

  IncompatibleLibraryException(String message, LinkageError cause) {
    super(message, cause);
  }
}
