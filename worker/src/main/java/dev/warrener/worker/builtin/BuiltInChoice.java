package dev.warrener.worker.builtin;

import java.util.List;

/** Which of the built-in handlers a worker offers. */
public enum BuiltInChoice {
  /** The handlers that do nothing to the worker or its host: {@code echo} and {@code sleep}. */
  BASIC("basic"),
  /**
   * All of them. Whoever may publish can then have a worker append to any file that it may write,
   * take its memory, and start processes.
   */
  ALL("all"),
  /** None. */
  NONE("none");

  private final String text;

  BuiltInChoice(String text) {
    this.text = text;
  }

  /** Returns the name in the configuration and on a worker's command line. */
  public String text() {
    return text;
  }

  /** Returns the names of the handlers. */
  public List<String> names() {
    return switch (this) {
      case BASIC -> List.of("echo", "sleep");
      case ALL -> BuiltInHandlers.NAMES;
      case NONE -> List.of();
    };
  }
}
