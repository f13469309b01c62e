package dev.warrener.worker.process;

import org.jspecify.annotations.Nullable;

/**
 * The progress reports of one run. A handler may report at every step, however many there are: of
 * several reports within a tenth of a second only the first is sent at once, and the last one waits
 * until the next report or the next {@link #takeWaiting}. Thread-safe.
 */
final class ProgressReports {
  private static final long SEND_EVERY_NANOS = 100_000_000;

  /**
   * One report.
   *
   * @param done how many steps are done
   * @param total how many steps there are
   */
  record Report(long done, long total, String message) {}

  private boolean hasSent;
  private long sentAtNanos;
  private @Nullable Report waiting;

  /** Takes a report, and returns it if it is to be sent now; otherwise it waits. */
  synchronized @Nullable Report add(Report report, long nanos) {
    if (hasSent && nanos - sentAtNanos < SEND_EVERY_NANOS) {
      waiting = report;
      return null;
    }
    hasSent = true;
    sentAtNanos = nanos;
    waiting = null;
    return report;
  }

  /** Returns the report that waits, to be sent now; null if none does. */
  synchronized @Nullable Report takeWaiting() {
    Report last = waiting;
    waiting = null;
    return last;
  }
}
