package dev.warrener.worker.builtin;

import java.util.List;

/** Which of the built-in handlers a worker offers. */
public enum BuiltInChoice {
  /** Those that do nothing to the worker or its host: {@code echo} and {@code sleep}. */
  BASIC("basic", List.of("echo", "sleep")),
  /**
   * All of them. Whoever may publish can then have a worker append to any file that it may write,
   * take its memory, and start processes.
   */
  ALL("all", BuiltInHandlers.NAMES),
  /** None. */
  NONE("none", List.of());

  private final String text;
  private final List<String> names;

  BuiltInChoice(String text, List<String> names) {
    this.text = text;
    this.names = names;
  }

  /** Returns the name in the configuration and on a worker's command line. */
  public String text() {
    return text;
  }

  /** Returns the names of the handlers. */
  public List<String> names() {
    return names;
  }
}
