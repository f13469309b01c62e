package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/** The kinds of events of a task. */
public enum TaskEventKind implements WireName {
  /** A worker began a run. */
  STARTED("started"),
  /** A run ended; the event carries its outcome. */
  FINISHED("finished"),
  /** The task waits for another run. */
  RETRYING("retrying"),
  /** The task went back to its queue; the attempt was not counted. */
  REQUEUED("requeued"),
  /** The task went to the dead letters. */
  DEAD_LETTERED("dead-lettered"),
  /** The task was dropped: purged, revoked, or a duplicate. */
  DROPPED("dropped");

  private final String wire;

  TaskEventKind(String wire) {
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
  public static TaskEventKind of(String wire) {
    return WireName.find("event of a task", values(), wire);
  }
}
