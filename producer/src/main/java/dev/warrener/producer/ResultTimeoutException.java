package dev.warrener.producer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when no result has arrived in time. The task is not affected. If the broker had not
 * confirmed the task either, the cause is an {@link UnknownOutcomeException}.
 */
public final class ResultTimeoutException extends ResultException {
  private static final long serialVersionUID = 1L;

  ResultTimeoutException(String taskId, Duration timeout, @Nullable Throwable cause) {
    super(
        taskId,
        "no result of task "
            + taskId
            + " within "
            + seconds(timeout)
            + " s"
            + (cause == null ? ": it may still wait or run" : "; " + cause.getMessage()),
        cause);
  }

  /** Whether the broker has confirmed the task: it may wait, run, or have ended. */
  public boolean isPublished() {
    return getCause() == null;
  }

  private static String seconds(Duration timeout) {
    return timeout.toMillis() % 1000 == 0
        ? Long.toString(timeout.toSeconds())
        : Double.toString(timeout.toMillis() / 1000.0);
  }
}
