package dev.warrener.controller.configuration;

/**
 * Thrown when a configuration can't be used. The message names the setting and says what to do. The
 * program ends with exit status 78.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigurationException(String message) {
    super(message);
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
