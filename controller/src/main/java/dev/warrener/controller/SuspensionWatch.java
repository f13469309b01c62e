package dev.warrener.controller;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Notices that the host was suspended, or its virtual machine paused. The clock by which threads
 * wait stands still meanwhile; the broker's does not, and gives the host's tasks to others. The
 * controller reads the kernel's {@code CLOCK_BOOTTIME} by a native call, which the other modules
 * can't make. For one thread.
 */
final class SuspensionWatch {
  /** The interval between looks, and so the longest delay before a suspension is noticed. */
  static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** A shorter suspension makes no difference to any lease. */
  private static final long SHORTEST_NANOS = 100_000_000;

  /** Two readings of the running clock that are farther apart say nothing about the other one. */
  private static final long CLOSE_NANOS = 10_000_000;

  private static final int READINGS = 10;

  private final LongSupplier runningNanos;
  private final LongSupplier bootNanos;
  private final Consumer<Duration> suspended;
  private long ahead;

  /**
   * Makes a watch.
   *
   * @param runningNanos a clock that stands still while the host is suspended
   * @param bootNanos a clock that does not
   * @param suspended is told how long the host was suspended
   */
  SuspensionWatch(LongSupplier runningNanos, LongSupplier bootNanos, Consumer<Duration> suspended) {
    this.runningNanos = runningNanos;
    this.bootNanos = bootNanos;
    this.suspended = suspended;
    this.ahead = ahead();
  }

  /** Compares the clocks with what they said before. */
  void look() {
    long now = ahead();
    long since = now - ahead;
    ahead = now;
    if (since >= SHORTEST_NANOS) {
      suspended.accept(Duration.ofNanos(since));
    }
  }

  /** Returns by how much the one clock is ahead, read at nearly the same time as the other. */
  private long ahead() {
    long difference = 0;
    for (int i = 0; i < READINGS; i++) {
      long before = runningNanos.getAsLong();
      difference = bootNanos.getAsLong() - before;
      if (runningNanos.getAsLong() - before < CLOSE_NANOS) {
        break;
      }
    }
    return difference;
  }
}
