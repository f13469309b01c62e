package dev.warrener.controller.process;

/** The containment of worker processes that the configuration asks for. */
public enum ContainmentChoice {
  /**
   * The best that works on this host: cgroup, else pid-namespace, else subreaper. Never cgroup and
   * pid namespace together: in a pid namespace a worker sees other process ids than its host does,
   * which is worth it only where nothing else proves its death.
   */
  AUTO("auto"),
  /**
   * Process groups, and a walk over the orphans that fall to the controller. Needs no privilege,
   * proves nothing.
   */
  SUBREAPER("subreaper"),
  /** A cgroup (version 2) for each worker. */
  CGROUP("cgroup"),
  /** A pid namespace for each worker. */
  PID_NAMESPACE("pid-namespace"),
  /**
   * A cgroup and a pid namespace: not even a worker that runs as root and leaves its cgroup
   * escapes.
   */
  CGROUP_AND_PID_NAMESPACE("cgroup+pid-namespace");

  private final String text;

  ContainmentChoice(String text) {
    this.text = text;
  }

  /** The name in the configuration, in certificates and in reports. */
  public String text() {
    return text;
  }

  /** Whether each worker has a pid namespace. */
  boolean hasPidNamespace() {
    return this == PID_NAMESPACE || this == CGROUP_AND_PID_NAMESPACE;
  }

  /**
   * Returns the choice with a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
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
