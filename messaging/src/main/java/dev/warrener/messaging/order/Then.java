package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The actions of controllers after a kill. */
public enum Then implements WireName {
  /** Dispatch no more tasks of this scope until a resume; survives restarts. */
  HOLD("hold"),
  /** Go on with new workers. */
  RESPAWN("respawn"),
  /** Hold; the controller then confirms, and ends with status 0. */
  EXIT("exit");

  private final String wire;

  Then(String wire) {
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
  public static Then of(String wire) {
    return WireName.find("then", values(), wire);
  }
}
