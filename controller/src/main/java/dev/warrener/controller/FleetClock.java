package dev.warrener.controller;

import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.messaging.time.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of decisions: the system's clock, and beside it one that never jumps. Both agree when
 * this clock is made. Thread-safe.
 */
final class FleetClock {
  /** The clock of this host. */
  static final FleetClock SYSTEM = new FleetClock(InstantSource.system(), Kernel::bootNanos);

  private final InstantSource system;
  private final SteadyClock steady;

  /**
   * Makes a clock.
   *
   * @param bootNanos nanoseconds by a clock that never jumps, and goes on while the host is
   *     suspended
   */
  FleetClock(InstantSource system, LongSupplier bootNanos) {
    this.system = system;
    this.steady = new SteadyClock(system, bootNanos);
  }

  /** Returns the time of a decision that is made now. */
  Now now() {
    return new Now(system.instant(), Duration.between(Instant.EPOCH, steady()).toNanos());
  }

  /** Returns the time of the clock that never jumps, as {@link Now#steady}. */
  Instant steady() {
    return steady.instant();
  }
}
