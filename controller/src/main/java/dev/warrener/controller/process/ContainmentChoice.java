package dev.warrener.controller.process;

/** Which containment to use for worker processes. */
public enum ContainmentChoice {
  /**
   * The best that works here: cgroup, else pid-namespace, else subreaper. Never both of the first
   * two: a worker in a pid namespace sees other process ids than its host does, which is worth it
   * only where there is nothing else to prove its death by.
   */
  AUTO("auto"),
  /** Process groups, and a walk over what falls to the controller. Needs no rights; no proof. */
  SUBREAPER("subreaper"),
  /** A cgroup (version 2) for each worker. */
  CGROUP("cgroup"),
  /** A pid namespace for each worker. */
  PID_NAMESPACE("pid-namespace"),
  /** Both: not even a worker that runs as root and leaves its cgroup gets away. */
  CGROUP_AND_PID_NAMESPACE("cgroup+pid-namespace");

  private final String text;

  ContainmentChoice(String text) {
    this.text = text;
  }

  /** The name in configuration, certificates and reports. */
  public String text() {
    return text;
  }

  /**
   * The choice of that name.
   *
   * @throws IllegalArgumentException with a sentence that says which names there are
   */
  public static ContainmentChoice of(String text) {
    for (ContainmentChoice choice : values()) {
      if (choice.text.equals(text)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is no containment: use auto, subreaper, cgroup, pid-namespace or"
            + " cgroup+pid-namespace");
  }
}
