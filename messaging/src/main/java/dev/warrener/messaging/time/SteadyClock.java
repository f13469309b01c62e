package dev.warrener.messaging.time;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock that begins with the time of the system's clock, and then never jumps: not when the
 * system's clock is set, and not while the host is suspended. What one program waits for, or how
 * old something is there, goes by this clock. What other hosts compare with their clocks goes by
 * the system's. Thread-safe.
 */
public final class SteadyClock implements InstantSource {
  private final LongSupplier nanoClock;
  private final Instant start;
  private final long startNanos;

  /**
   * Makes a clock.
   *
   * @param system where the clock begins
   * @param nanoClock nanoseconds since some point in the past, by a clock that never jumps
   */
  public SteadyClock(InstantSource system, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.start = system.instant();
    this.startNanos = nanoClock.getAsLong();
  }

  /** Returns a clock that begins now. */
  public static SteadyClock startingNow() {
    return new SteadyClock(InstantSource.system(), BootClock.SYSTEM::nanos);
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanoClock.getAsLong() - startNanos);
  }
}
