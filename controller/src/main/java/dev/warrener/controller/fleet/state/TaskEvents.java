package dev.warrener.controller.fleet.state;

/** Which events of tasks are told to whoever listens. */
public enum TaskEvents {
  /** What is out of the ordinary: runs that didn't succeed, and what became of their tasks. */
  UNSUCCESSFUL("unsuccessful"),
  /** Each run's start and end, too: two more publishes for each task. */
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
