package dev.warrener.testbroker;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition in another process, which sends no signal when it holds. */
final class Poll {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private Poll() {}

  /**
   * Returns as soon as {@code condition} holds.
   *
   * @param what the condition as a clause, for the message: "the node answers"
   * @throws IllegalStateException if it doesn't hold within {@code limit}, or on an interrupt
   */
  static void until(String what, Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new IllegalStateException(
            "waited " + limit.toSeconds() + " s in vain for this: " + what);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted while waiting for this: " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
