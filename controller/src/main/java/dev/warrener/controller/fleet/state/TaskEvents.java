package dev.warrener.controller.fleet.state;

/** The choice of task events that are published. */
public enum TaskEvents {
  /** Runs that did not succeed, and the fates of their tasks. */
  UNSUCCESSFUL("unsuccessful"),
  /** Each run's start and end as well: two more publishes for each task. */
  ALL("all");

  private final String text;

  TaskEvents(String text) {
    this.text = text;
  }

  /** The name in configuration. */
  public String text() {
    return text;
  }
}
