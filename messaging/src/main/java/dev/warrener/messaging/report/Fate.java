package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The fates of an in-flight task of a killed worker. */
public enum Fate implements WireName {
  /** The task is back in its queue. */
  REQUEUED("requeued"),
  /** The task was dropped. */
  PURGED("purged"),
  /** The task is among the dead letters. */
  DEAD_LETTERED("dead-lettered");

  private final String wire;

  Fate(String wire) {
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
  public static Fate of(String wire) {
    return WireName.find("fate", values(), wire);
  }
}
