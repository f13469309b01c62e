package dev.warrener.controller.fleet.state;

import java.time.Instant;

/**
 * The time of a decision.
 *
 * @param instant the wall clock, for what people and other machines read
 * @param nanos a clock that never jumps, for what has elapsed
 */
public record Now(Instant instant, long nanos) {
  /**
   * Returns the time of the clock that never jumps. Only the difference between two of them means
   * something.
   */
  public Instant steady() {
    return Instant.EPOCH.plusNanos(nanos);
  }

  /** Returns the microseconds elapsed since a reading of {@link #nanos}. */
  public long microsSince(long start) {
    return Math.max(0, (nanos - start) / 1000);
  }
}
