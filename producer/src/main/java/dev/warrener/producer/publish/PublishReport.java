package dev.warrener.producer.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link PublishRun}.
 *
 * @param published how many tasks are known to be at the broker, or to have been: confirmed, or
 *     with a result
 * @param succeeded of those whose result was waited for, how many ended as {@code succeeded}
 * @param otherwise of those, how many ended otherwise
 * @param unroutable how many tasks name a queue that does not exist
 * @param refused how many are certainly not at the broker for another reason
 * @param unknown of how many nobody knows: whether they were published, or, where results were
 *     waited for, how they ended
 * @param bad how many lines are no task
 * @param firstBad the first of those, at most 100
 * @param stopped why not all of the input was published, or null if it was
 */
public record PublishReport(
    long published,
    long succeeded,
    long otherwise,
    long unroutable,
    long refused,
    long unknown,
    long bad,
    List<BadLine> firstBad,
    @Nullable String stopped) {

  /** How many bad lines are named. */
  public static final int NAMED = 100;

  public PublishReport {
    firstBad = List.copyOf(firstBad);
  }

  /** Whether every task of the input was published, and, if waited for, has succeeded. */
  public boolean complete() {
    return exitStatus() == 0;
  }

  /**
   * The exit status of a command with this report: 0 all done; 2 a bad line, and therefore nothing
   * published; 3 something failed; 4 only that queues do not exist; 124 of something nobody knows.
   */
  public int exitStatus() {
    if (unknown > 0) {
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
