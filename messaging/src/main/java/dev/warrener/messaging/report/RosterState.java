package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** Whether another controller is there. */
public enum RosterState implements WireName {
  /** Its presence was received lately. */
  LIVE("live"),
  /** Its presence was not received for more than three intervals. */
  SILENT("silent"),
  /** The controller published that it was leaving. */
  LEFT("left");

  private final String wire;

  RosterState(String wire) {
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
  public static RosterState of(String wire) {
    return WireName.find("roster state", values(), wire);
  }
}
