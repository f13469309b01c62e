package dev.warrener.controller.fleet.state;

import java.time.Duration;
import java.time.Instant;

/**
 * The time of a decision, by two clocks. They agree when the controller starts, until somebody sets
 * the system's clock.
 *
 * @param instant the system's clock: for what people and other machines read, and for what is
 *     compared with the clocks of others
 * @param nanos a clock that never jumps, in nanoseconds since the epoch: for what has elapsed, and
 *     for what is due
 */
public record Now(Instant instant, long nanos) {
  /** Returns a time at which both clocks agree. */
  public static Now agreeing(Instant instant) {
    return new Now(instant, Duration.between(Instant.EPOCH, instant).toNanos());
  }

  /** Returns the time of the clock that never jumps. */
  public Instant steady() {
    return Instant.EPOCH.plusNanos(nanos);
  }

  /** Returns a time of the clock that never jumps as people and other machines may read it. */
  public Instant shown(Instant steady) {
    return instant.minus(Duration.between(steady, steady()));
  }

  /** Returns a time of the system's clock by the clock that never jumps. */
  public Instant steady(Instant shown) {
    return steady().plus(Duration.between(instant, shown));
  }

  /** Returns the microseconds elapsed since a reading of {@link #nanos}. */
  public long microsSince(long start) {
    return Math.max(0, (nanos - start) / 1000);
  }
}
