package dev.warrener.controller.local;

import java.time.Duration;
import java.util.Optional;

/**
 * Bounds what is recorded of refused connections: a task that connects without end must not fill
 * the audit log. Of each minute the first ten are recorded one by one, the others as a number.
 */
final class Refusals {
  static final int ONE_BY_ONE = 10;
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private long began;
  private int inThisMinute;
  private long notRecorded;

  /** Returns what to record of a refusal that happens now, if anything. */
  Optional<String> note(String refusal, long now) {
    if (inThisMinute == 0 || now - began >= MINUTE) {
      began = now;
      inThisMinute = 0;
    }
    inThisMinute++;
    if (inThisMinute > ONE_BY_ONE) {
      notRecorded++;
      return Optional.empty();
    }
    var before = notRecorded == 0 ? "" : " (and " + notRecorded + " more since the last record)";
    notRecorded = 0;
    return Optional.of(refusal + before);
  }
}
