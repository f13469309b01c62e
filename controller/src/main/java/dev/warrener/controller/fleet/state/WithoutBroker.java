package dev.warrener.controller.fleet.state;

/** What becomes of the tasks that run while the broker is lost, and may be handed to others. */
public enum WithoutBroker {
  /** They go on for the lease, counted from the broker's last word, and are killed then. */
  LEASE("lease"),
  /** They are killed as soon as the loss is noticed: never two runs of a task for long. */
  KILL("kill"),
  /** They go on to their end, however long: never a run in vain, and no bound on a second one. */
  FINISH("finish");

  private final String text;

  WithoutBroker(String text) {
    this.text = text;
  }

  /** The name in configuration. */
  public String text() {
    return text;
  }
}
