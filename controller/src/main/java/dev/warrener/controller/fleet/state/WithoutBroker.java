package dev.warrener.controller.fleet.state;

/**
 * The policy for runs that go on while the broker is lost and may hand their tasks to other hosts.
 */
public enum WithoutBroker {
  /** Runs go on for the lease, counted from the broker's last sign of life, and are then killed. */
  LEASE("lease"),
  /** Runs are killed as soon as the loss is noticed: no task has two runs for long. */
  KILL("kill"),
  /** Runs go on to their end: no run is in vain, and a second one of its task is not bounded. */
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
