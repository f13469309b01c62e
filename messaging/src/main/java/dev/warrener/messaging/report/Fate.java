package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** What became of an in-flight task of a killed worker. */
public enum Fate implements WireName {
  /** Back in its queue. */
  REQUEUED("requeued"),
  /** Gone. */
  PURGED("purged"),
  /** Among the dead letters. */
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
   * Returns the value with that {@link #wire} name.
   *
   * @throws IllegalArgumentException if there is none, with the names that there are
   */
  @JsonCreator
  public static Fate of(String wire) {
    return WireName.find("fate", values(), wire);
  }
}
