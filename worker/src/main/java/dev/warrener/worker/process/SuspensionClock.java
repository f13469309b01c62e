package dev.warrener.worker.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Tells how long the host has been suspended: {@link System#nanoTime} stands still meanwhile, and
 * the kernel's time in {@code /proc/uptime} does not. On a host without that file no suspension is
 * noticed. The messaging module has the like for its connections; a worker depends on no module, so
 * it has a clock of its own. For one thread. Without lambdas, because it is made while the worker
 * starts.
 */
class SuspensionClock {
  private static final String FILE = "/proc/uptime";
  private static final int MOST_BYTES = 64;
  private static final long NANOS_PER_STEP = 10_000_000;

  /** A smaller difference may come from the steps in which the kernel tells the time. */
  private static final long SHORTEST_NANOS = 100_000_000;

  /** By how much the kernel's time is ahead. */
  private long ahead;

  private boolean known;
  private long suspended;

  /** Returns how long the host has been suspended since this method was called first. */
  final long suspendedNanos() {
    // In this order: if this thread has to wait in between, the difference looks smaller.
    String text = uptime();
    long running = runningNanos();
    int dot = text.indexOf('.');
    if (dot > 0 && text.length() >= dot + 3) {
      try {
        String steps = text.substring(0, dot).concat(text.substring(dot + 1, dot + 3));
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

  /** Returns the text of the kernel's file; empty if it can't be read. */
  String uptime() {
    try (InputStream in = new FileInputStream(FILE)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns the clock that stands still while the host is suspended. */
  long runningNanos() {
    return System.nanoTime();
  }
}
