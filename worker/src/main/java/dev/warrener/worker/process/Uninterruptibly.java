package dev.warrener.worker.process;

/**
 * Waiting that an interruption doesn't end: a cancelled handler is interrupted, and what it has to
 * say must come out all the same. Monitors rather than {@code java.util.concurrent}, whose
 * conditions load a hundred classes at a moment when a worker should be ready.
 */
final class Uninterruptibly {
  private Uninterruptibly() {}

  /**
   * Waits once to be notified by {@code monitor}, which the caller holds.
   *
   * @return whether the thread was interrupted instead; the caller restores that when it is done
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

  /** Makes an interruption visible again to whoever asked to be interrupted. */
  static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
