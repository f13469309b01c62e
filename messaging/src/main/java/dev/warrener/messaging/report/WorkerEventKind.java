package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The kinds of events of a worker. */
public enum WorkerEventKind implements WireName {
  /** Its process was started. */
  SPAWNED("spawned"),
  /** The worker reported that it is ready. */
  READY("ready"),
  /** Its process ended, for whatever reason. */
  EXITED("exited"),
  /** The worker was ended between two tasks, to be replaced by a new process. */
  RECYCLED("recycled"),
  /** The worker died too often, and is not restarted until the cool-down is over. */
  CRASH_LOOPING("crash-looping");

  private final String wire;

  WorkerEventKind(String wire) {
    this.wire = wire;
  }

  @Override
  @JsonValue
  public String wire() {
    return wire;
  }

  /**
   * Returns the constant with that {@link #wire} name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  @JsonCreator
  public static WorkerEventKind of(String wire) {
    return WireName.find("event of a worker", values(), wire);
  }
}
