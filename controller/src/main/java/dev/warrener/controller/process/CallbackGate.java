package dev.warrener.controller.process;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets callbacks about one worker pass until it is shut, so that none follows the last one.
 * Thread-safe. Its state is the number of callbacks that are running, negative once it is shut.
 */
final class CallbackGate {
  private static final int SHUT = Integer.MIN_VALUE;
  private static final long PAUSE_NANOS = 20_000;

  private final AtomicInteger state = new AtomicInteger();

  /** Runs a callback unless the gate is shut; returns whether it ran. */
  boolean pass(Runnable callback) {
    if (state.getAndUpdate(n -> n < 0 ? n : n + 1) < 0) {
      return false;
    }
    try {
      callback.run();
      return true;
    } finally {
      state.decrementAndGet();
    }
  }

  /** Shuts the gate and waits for running callbacks. Must not be called from a callback. */
  void shut() {
    state.getAndUpdate(n -> n | SHUT);
    while (state.get() != SHUT) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
