package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what other processes and threads do. Uses nothing but the JDK, because controllers that
 * tests start as another user have few classes.
 */
public final class Await {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private Await() {}

  /** Waits until a condition is true, at most 30 s. */
  public static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("the condition was not true within 30 s");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Waits until a process is in a state, such as {@code T} for stopped. */
  static void state(ProcessId process, char state) {
    until(() -> {
      Stat stat = Stat.of(process.pid());
      return stat != null && stat.state() == state;
    });
  }
}
