package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** What is known of another controller. */
public enum RosterState implements WireName {
  /** Heard of lately. */
  LIVE("live"),
  /** Not heard of for longer than three presence intervals. */
  SILENT("silent"),
  /** It said that it was leaving. */
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
   * Returns the value with that {@link #wire} name.
   *
   * @throws IllegalArgumentException if there is none, with the names that there are
   */
  @JsonCreator
  public static RosterState of(String wire) {
    return WireName.find("roster state", values(), wire);
  }
}
