package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The fate that a kill chooses for the tasks that killed workers were running. */
public enum InFlight implements WireName {
  /** They go back to the queue; the attempt is not counted. */
  REQUEUE("requeue"),
  /** They are dropped. */
  PURGE("purge"),
  /** They move to the queue's dead letters, with the order's id and reason. */
  DEAD_LETTER("dead-letter");

  private final String wire;

  InFlight(String wire) {
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
  public static InFlight of(String wire) {
    return WireName.find("fate of in-flight tasks", values(), wire);
  }
}
