package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The states of a controller. */
public enum ControllerState implements WireName {
  /** The controller reads the order log, and has not consumed yet. */
  STARTING("starting"),
  /** The controller dispatches tasks. */
  RUNNING("running"),
  /** A hold is in force for all that it serves. */
  HELD("held"),
  /** The controller was asked to stop, and lets running tasks finish. */
  DRAINING("draining"),
  /** The controller ends itself. */
  EXITING("exiting"),
  /** The controller has lost its connection to the broker. */
  DISCONNECTED("disconnected"),
  /** The controller has ended in order. */
  LEFT("left");

  private final String wire;

  ControllerState(String wire) {
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
  public static ControllerState of(String wire) {
    return WireName.find("controller state", values(), wire);
  }
}
