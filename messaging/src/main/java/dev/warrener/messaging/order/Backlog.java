package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The fate that an order chooses for the waiting tasks in scope. */
public enum Backlog implements WireName {
  /** They keep waiting. */
  KEEP("keep"),
  /** They are dropped. */
  PURGE("purge"),
  /** They move to the queue's dead letters. */
  DEAD_LETTER("dead-letter");

  private final String wire;

  Backlog(String wire) {
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
  public static Backlog of(String wire) {
    return WireName.find("fate of the backlog", values(), wire);
  }
}
