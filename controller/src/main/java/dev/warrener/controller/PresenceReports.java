package dev.warrener.controller;

import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.messaging.broker.reports.Reporter;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Reports the controller's presence every two seconds, and soon after a change. Every controller
 * receives the presence of all others. So in a large fleet a change is reported after a longer
 * pause: the number of messages per second then grows with the number of controllers, and not with
 * its square. Used by the timers' thread alone.
 */
final class PresenceReports {
  /**
   * The pause between two checks whether a report is due, and the least time between two reports.
   */
  static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private static final Duration REPORT_EVERY = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration PAUSE_FOR_EACH_OTHER = Duration.ofMillis(25);

  private final Supplier<FleetState> state;
  private final HostProblems problems;
  private final Reporter reporter;
  private FleetState reported;
  private long reportedNanos = System.nanoTime() - REPORT_EVERY.toNanos();

  /** Prepares reports of the newest state, the first of which is due at once. */
  PresenceReports(Supplier<FleetState> state, HostProblems problems, Reporter reporter) {
    this.state = state;
    this.problems = problems;
    this.reporter = reporter;
    this.reported = state.get();
  }

  /** Reports the newest state if it is time. */
  void reportIfDue() {
    var newest = state.get();
    long nanos = System.nanoTime();
    long since = nanos - reportedNanos;
    boolean isTooSoon = since < pause(newest.others().size()).toNanos();
    if (since >= REPORT_EVERY.toNanos() || (!isTooSoon && !newest.looksLike(reported))) {
      reported = newest;
      reportedNanos = nanos;
      reporter.presence(problems.in(Fleet.presence(newest, Instant.now())));
    }
  }

  private static Duration pause(int others) {
    var pause = PAUSE_FOR_EACH_OTHER.multipliedBy(others);
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
