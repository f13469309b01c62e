package dev.warrener.messaging.task;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/**
 * The reason why a task is among the dead letters: the value of the header {@code x-dead-reason}.
 */
public enum DeadReason implements WireName {
  /** The message breaks the contract; it never ran. */
  INVALID("invalid"),
  /** The task failed on its last attempt. */
  FAILED("failed"),
  /** The task reached its hard limit on its last attempt. */
  TIMED_OUT("timed-out"),
  /** The task crashed its worker on its last attempt. */
  CRASHED("crashed"),
  /** The task killed its worker or its controller too often. */
  POISON("poison"),
  /** An operator's order chose this fate. */
  KILLED("killed"),
  /** The task waited longer than its expiration. */
  EXPIRED("expired");

  private final String wire;

  DeadReason(String wire) {
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
  public static DeadReason of(String wire) {
    return WireName.find("reason", values(), wire);
  }
}
