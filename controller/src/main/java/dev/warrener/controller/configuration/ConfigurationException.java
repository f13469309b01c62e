package dev.warrener.controller.configuration;

/**
 * A configuration that can't be used. The message says which setting, and what to do. Exit status
 * 78.
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
