package dev.warrener.producer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when no result has arrived in time. The task is not affected. If even the publishing has
 * an unknown outcome, the cause is the {@link UnknownOutcomeException}.
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

  private static String seconds(Duration timeout) {
    return timeout.toMillis() % 1000 == 0
        ? Long.toString(timeout.toSeconds())
        : Double.toString(timeout.toMillis() / 1000.0);
  }
}
