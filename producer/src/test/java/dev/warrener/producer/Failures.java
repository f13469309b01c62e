package dev.warrener.producer;

import dev.warrener.messaging.task.Task;
import java.time.Duration;

/** Failures as a client makes them, for tests in other packages. */
public final class Failures {
  private Failures() {}

  /** The queue does not exist. */
  public static PublishException unroutable(Task task) {
    return new UnroutableException(task);
  }

  /** It was not published. */
  public static PublishException refused(Task task) {
    return new RefusedException(task, "its queue is full");
  }

  /** Nobody knows. */
  public static PublishException unknown(Task task) {
    return new UnknownOutcomeException(task, "the connection was lost");
  }

  /** No result came. */
  public static ResultException late(Task task, Duration timeout) {
    return new ResultTimeoutException(task.id(), timeout, null);
  }
}
