package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** What comes after the kill. */
public enum Then implements WireName {
  /** Take no more tasks of this scope until a resume; survives restarts. */
  HOLD("hold"),
  /** Go on with fresh workers. */
  RESPAWN("respawn"),
  /** Hold, then the controller ends itself with status 0 after it has confirmed. */
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
   * Returns the value with that {@link #wire} name.
   *
   * @throws IllegalArgumentException if there is none, with the names that there are
   */
  @JsonCreator
  public static Then of(String wire) {
    return WireName.find("then", values(), wire);
  }
}
