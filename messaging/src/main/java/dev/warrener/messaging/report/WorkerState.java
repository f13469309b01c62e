package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The states of a worker. */
public enum WorkerState implements WireName {
  /** No process: held, or not yet started. */
  EMPTY("empty"),
  /** The process runs and has not reported that it is ready. */
  STARTING("starting"),
  /** The worker is ready for a task. */
  IDLE("idle"),
  /** The worker runs a task. */
  BUSY("busy"),
  /** The worker was signalled, and its process tree is not empty yet. */
  DYING("dying"),
  /** The worker died, and is restarted after a delay. */
  BACKING_OFF("backing-off"),
  /** The worker died too often, and is restarted after the cool-down. */
  CRASH_LOOPING("crash-looping");

  private final String wire;

  WorkerState(String wire) {
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
  public static WorkerState of(String wire) {
    return WireName.find("worker state", values(), wire);
  }
}
