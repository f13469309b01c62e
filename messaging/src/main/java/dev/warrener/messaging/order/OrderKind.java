package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The kinds of orders. */
public enum OrderKind implements WireName {
  /** Kill the workers in scope with all their descendants, and settle what they ran. */
  KILL("kill"),
  /** Dispatch no more tasks of this scope; running tasks go on. */
  HOLD("hold"),
  /** Lift holds. */
  RESUME("resume"),
  /** Hold, and confirm when nothing in scope runs any more. */
  DRAIN("drain"),
  /** Only answer. */
  ROLL_CALL("roll-call"),
  /** Drop the waiting tasks of queues. */
  PURGE("purge");

  private final String wire;

  OrderKind(String wire) {
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
  public static OrderKind of(String wire) {
    return WireName.find("kind", values(), wire);
  }
}
