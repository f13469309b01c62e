package dev.warrener.messaging.task;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;

/**
 * The end of a run, or the reason why there was no run. Reports, metrics and screens distinguish
 * them.
 */
public enum Outcome implements WireName {
  /** The handler returned. */
  SUCCEEDED("succeeded"),
  /** The handler threw, or its command exited non-zero. */
  FAILED("failed"),
  /** The run reached its hard limit and its worker was killed for it. */
  TIMED_OUT("timed-out"),
  /** The worker died by itself: a signal, out of memory, exit. */
  CRASHED("crashed"),
  /** The worker was killed by an operator's order. */
  KILLED("killed"),
  /** The controller lost its claim on the task. */
  LOST("lost"),
  /**
   * There was no run of this message: the task's id belongs to another message, which was published
   * before. It has other content, another asker, or has ended.
   */
  DUPLICATE("duplicate"),
  /** There was no run: the task waited longer than its publisher allows. */
  EXPIRED("expired"),
  /** There was no run: an order dropped the task with all that waited in its queue. */
  PURGED("purged");

  private final String wire;

  Outcome(String wire) {
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
  public static Outcome of(String wire) {
    return WireName.find("outcome", values(), wire);
  }
}
