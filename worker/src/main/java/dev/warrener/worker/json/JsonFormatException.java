package dev.warrener.worker.json;

/** Thrown when a text isn't JSON; the message says why, and where. */
public final class JsonFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonFormatException(String message) {
    super(message);
  }
}
