package dev.warrener.messaging.broker;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A clock that goes on while the host is suspended, where {@link System#nanoTime} stands still. The
 * kernel tells both in {@code /proc/uptime}; on a host without that file no suspension is noticed.
 * Not {@code CLOCK_BOOTTIME} as in the controller, because this module makes no native calls.
 * Thread-safe.
 */
final class BootClock {
  /** The clock of this host. */
  static final BootClock SYSTEM = new BootClock(System::nanoTime, BootClock::uptime);

  private static final String FILE = "/proc/uptime";
  private static final int MOST_BYTES = 64;
  private static final long NANOS_PER_STEP = 10_000_000;

  /** A smaller difference may come from the steps in which the kernel tells the time. */
  private static final long SHORTEST_NANOS = 100_000_000;

  private final LongSupplier runningNanos;
  private final Supplier<String> uptime;

  /** By how much the kernel's time is ahead; guarded by this. */
  private long ahead;

  private boolean known;

  /** The time that the host was suspended since this clock was made; guarded by this. */
  private long suspended;

  /**
   * Makes a clock.
   *
   * @param runningNanos a clock that stands still while the host is suspended
   * @param uptime the text of {@code /proc/uptime}; empty if it can't be read
   */
  BootClock(LongSupplier runningNanos, Supplier<String> uptime) {
    this.runningNanos = runningNanos;
    this.uptime = uptime;
    suspendedNanos();
  }

  /** Returns nanoseconds since some point in the past. */
  long nanos() {
    return suspendedNanos() + runningNanos.getAsLong();
  }

  /** Returns how long the host has been suspended since this clock was made. */
  synchronized long suspendedNanos() {
    // In this order: if this thread has to wait in between, the difference looks smaller.
    String text = uptime.get();
    long running = runningNanos.getAsLong();
    int dot = text.indexOf('.');
    if (dot > 0 && text.length() >= dot + 3) {
      try {
        String steps = text.substring(0, dot) + text.substring(dot + 1, dot + 3);
        compare(Long.parseLong(steps) * NANOS_PER_STEP - running);
      } catch (NumberFormatException e) {
        return suspended;
      }
    }
    return suspended;
  }

  private void compare(long now) {
    if (!known) {
      known = true;
      ahead = now;
    } else if (now - ahead >= SHORTEST_NANOS) {
      suspended += now - ahead;
      ahead = now;
    }
  }

  private static String uptime() {
    try (InputStream in = new FileInputStream(FILE)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }
}
