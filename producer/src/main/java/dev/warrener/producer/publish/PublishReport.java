package dev.warrener.producer.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a {@link PublishRun}.
 *
 * @param published the number of tasks that reached the broker for certain: they were confirmed, or
 *     have a result, or are in {@code unanswered}
 * @param succeeded the number of tasks whose result arrived and is {@code succeeded}
 * @param otherwise the number of tasks whose result arrived and is another outcome
 * @param unroutable the number of tasks whose queue, or whose fleet, does not exist
 * @param refused the number of tasks that the broker certainly does not have, for another reason
 * @param unknown the number of tasks of which nobody knows whether the broker has them
 * @param unanswered the number of tasks that the broker has, and whose result was waited for and
 *     did not arrive in time: they may wait, run, or have ended
 * @param bad the number of lines that are no task
 * @param firstBad the first of those lines, at most 100
 * @param stopped why not all of the input was published, or null if it was
 */
public record PublishReport(
    long published,
    long succeeded,
    long otherwise,
    long unroutable,
    long refused,
    long unknown,
    long unanswered,
    long bad,
    List<BadLine> firstBad,
    @Nullable String stopped) {

  /** The most bad lines in {@link #firstBad}. */
  public static final int NAMED = 100;

  public PublishReport {
    firstBad = List.copyOf(firstBad);
  }

  /** Whether every task was published, and has succeeded if its result was awaited. */
  public boolean complete() {
    return exitStatus() == 0;
  }

  /**
   * Returns the exit status of a command with this report: 0 if {@link #complete}; 2 if a line is
   * bad and nothing was published; 3 if something failed; 4 if the only failure is that queues do
   * not exist; 124 if an outcome is unknown or a result did not arrive.
   */
  public int exitStatus() {
    if (unknown > 0 || unanswered > 0) {
      return 124;
    }
    boolean someFailed = refused > 0 || unroutable > 0 || otherwise > 0;
    if (bad > 0 && published == 0 && !someFailed && stopped != null) {
      return 2;
    }
    if (unroutable > 0 && refused == 0 && bad == 0 && otherwise == 0) {
      return 4;
    }
    return someFailed || bad > 0 || stopped != null ? 3 : 0;
  }
}
