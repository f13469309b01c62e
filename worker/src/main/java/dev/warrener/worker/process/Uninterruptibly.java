package dev.warrener.worker.process;

/**
 * Waits that an interruption does not end: a cancelled handler's thread is interrupted, and its
 * frames must be written all the same. It uses monitors, because the conditions of {@code
 * java.util.concurrent} load a hundred classes and delay the start of a worker.
 */
final class Uninterruptibly {
  private Uninterruptibly() {}

  /**
   * Waits once for a notification of {@code monitor}, which the caller holds.
   *
   * @return whether the thread was interrupted instead; the caller passes that to {@link #restore}
   */
  @SuppressWarnings("WaitNotInLoop") // The loop, with its condition, is the caller's.
  static boolean await(Object monitor) {
    try {
      monitor.wait();
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Waits for so long, also if the thread is interrupted, which it is again afterwards. */
  static void sleep(long millis) {
    boolean interrupted = false;
    long end = System.nanoTime() + millis * 1_000_000;
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      try {
        Thread.sleep(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    restore(interrupted);
  }

  /** Interrupts the thread again if it was interrupted during a wait. */
  static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
