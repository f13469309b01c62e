package dev.warrener.controller.inbox;

import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * How much a worker may write that nothing waits for: lines, and frames without an effect. All
 * workers together have 100,000 in a second, each an equal part, so that reading them leaves the
 * processors to what matters. Thread-safe.
 */
final class Allowance {
  /** The most that all workers may write in a second. Reading it takes about one processor. */
  private static final int PER_SECOND = 100_000;

  /** A line or frame counts one, and one more for each 256 bytes. */
  private static final int BYTES_PER_UNIT = 256;

  /** The most allowance that is saved up, as the time that it takes to earn it: 0.5 s. */
  private static final long MOST_SAVED_NANOS = Duration.ofMillis(500).toNanos();

  private final IntSupplier workers;
  private double left;
  private long at;

  /**
   * Makes an allowance that is unused.
   *
   * @param workers returns the number of workers that there are
   */
  Allowance(IntSupplier workers, long now) {
    this.workers = workers;
    this.at = now - MOST_SAVED_NANOS;
  }

  /** Uses up a part of it: a line or a frame of so many bytes. */
  synchronized void use(int bytes, long now) {
    refill(now);
    left -= 1 + bytes / BYTES_PER_UNIT;
  }

  /** Uses up a part of it: so many small frames. */
  synchronized void useFrames(int frames, long now) {
    refill(now);
    left -= frames;
  }

  /** Returns how long the worker must wait, in nanoseconds; 0 if it has not used up everything. */
  synchronized long pause(long now) {
    refill(now);
    return left >= 0 ? 0 : (long) (-left / perNano());
  }

  private void refill(long now) {
    left = Math.min(left + (now - at) * perNano(), MOST_SAVED_NANOS * perNano());
    at = now;
  }

  private double perNano() {
    return (double) PER_SECOND / Math.max(1, workers.getAsInt()) / Duration.ofSeconds(1).toNanos();
  }
}
