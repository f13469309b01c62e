package dev.warrener.controller.fleet.state;

import java.time.Instant;

/**
 * The time of a step.
 *
 * @param instant the wall clock, for what people and other machines read
 * @param nanos a clock that never jumps, for what has elapsed
 */
public record Now(Instant instant, long nanos) {
  public long microsSince(long start) {
    return Math.max(0, (nanos - start) / 1000);
  }
}
