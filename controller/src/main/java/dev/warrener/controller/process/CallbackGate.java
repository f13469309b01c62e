package dev.warrener.controller.process;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the callbacks about one worker through until it is shut, so that none comes after the last
 * word. Thread-safe; its state is the number of callbacks under way, negative once it is shut.
 */
final class CallbackGate {
  private static final int SHUT = Integer.MIN_VALUE;
  private static final long PAUSE_NANOS = 20_000;

  private final AtomicInteger state = new AtomicInteger();

  /** Runs the callback unless the gate is shut. */
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

  /** Shuts the gate and waits for the callbacks that are under way. Not to be called from one. */
  void shut() {
    state.getAndUpdate(n -> n | SHUT);
    while (state.get() != SHUT) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
