package dev.warrener.controller.fleet.state;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The number of tasks of a queue that the broker may leave unsettled here. Immutable.
 *
 * @param asked the number that the broker was asked for; 0 while the queue is not consumed
 * @param seats how many of them are for workers; the others are the look-ahead. {@link #NONE} while
 *     the queue is not to be consumed
 * @param ahead the look-ahead: the number of tasks beyond one for each worker
 * @param shortRuns the number of short runs in a row
 * @param shrunkAt when a long run last ended the look-ahead, by the {@linkplain Now#steady steady}
 *     clock; null if none has
 * @param watched whether a timer is set that looks after the tasks that wait here
 */
public record Prefetch(
    int asked, int seats, int ahead, int shortRuns, @Nullable Instant shrunkAt, boolean watched) {
  /** Stands for the seats of a queue that is not to be consumed. */
  public static final int NONE = -1;

  /**
   * The number of short runs in a row that is proof of short tasks, as a multiple of the number of
   * workers.
   */
  private static final int PROOF = 2;

  /** The least time from a long run to the next growth, so that mixed tasks cause few changes. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Returns the state of a queue that is not consumed. */
  public static Prefetch of(Settings.QueueSettings settings) {
    return new Prefetch(0, NONE, settings.adapts() ? 0 : settings.lookAhead(), 0, null, false);
  }

  /** Returns a copy for a queue that is not consumed. */
  public Prefetch ended() {
    return seats == NONE ? this : new Prefetch(0, NONE, ahead, shortRuns, shrunkAt, watched);
  }

  /** Returns a copy with one task for each of so many workers, and the look-ahead. */
  public Prefetch asking(int workers) {
    int all = workers == 0 ? 0 : workers + ahead;
    return all == asked && workers == seats
        ? this
        : new Prefetch(all, workers, ahead, shortRuns, shrunkAt, watched);
  }

  /** Returns a copy after a run that was short: many of them in a row let the look-ahead grow. */
  public Prefetch afterShortRun(Settings.QueueSettings settings, Instant now) {
    int needed = PROOF * settings.workers();
    int runs = Math.min(needed, shortRuns + 1);
    boolean grows = runs == needed && (shrunkAt == null || !now.isBefore(shrunkAt.plus(PAUSE)));
    int next = grows ? settings.lookAhead() : ahead;
    return runs == shortRuns && next == ahead
        ? this
        : new Prefetch(asked, seats, next, runs, shrunkAt, watched);
  }

  /** Returns a copy after a run that is long, or has been: there is no look-ahead. */
  public Prefetch afterLongRun(Instant now) {
    return ahead == 0 && shortRuns == 0
        ? this
        : new Prefetch(asked, seats, 0, 0, ahead == 0 ? shrunkAt : now, watched);
  }

  /** Returns a copy for which such a timer is set, or not. */
  public Prefetch watched(boolean now) {
    return watched == now ? this : new Prefetch(asked, seats, ahead, shortRuns, shrunkAt, now);
  }
}
