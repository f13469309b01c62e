package dev.warrener.controller.inbox;

import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.time.Instant;

/**
 * Corrects the times that a publisher has reckoned with a clock that is wrong. A task can't have
 * been published after it is received, nor long before if it has not waited anywhere.
 */
final class PublisherClock {
  /** The most by which a time of publishing differs without a wrong clock: it has whole seconds. */
  private static final Duration TRUSTED = Duration.ofSeconds(2);

  /** A difference of more than a hundred years is none of clocks. */
  private static final Duration LARGEST = Duration.ofDays(36_525);

  private PublisherClock() {}

  /**
   * Returns how far a publisher's clock is behind this one; negative if it is ahead. Zero if it is
   * right, or if nobody can tell.
   *
   * @param isFresh whether the task has not waited in its queue
   * @param now when it was received
   */
  static Duration behind(Task task, boolean isFresh, Instant now) {
    var publishedAt = task.publishedAt();
    if (publishedAt == null || !comesFromItsPublisher(task)) {
      return Duration.ZERO;
    }
    var age = Duration.between(publishedAt, now);
    boolean isAhead = age.compareTo(TRUSTED.negated()) < 0;
    boolean isBehind = isFresh && age.compareTo(TRUSTED) > 0;
    return (isAhead || isBehind) && age.abs().compareTo(LARGEST) < 0 ? age : Duration.ZERO;
  }

  /** Returns the task with the times at which it may start and expires by this host's clock. */
  static Task corrected(Task task, Duration behind) {
    var expiresAt = task.expiresAt();
    var notBefore = task.notBefore();
    return task.toBuilder()
        .expiresAt(expiresAt == null ? null : expiresAt.plus(behind))
        .notBefore(notBefore == null ? null : notBefore.plus(behind))
        .build();
  }

  /** A copy that a controller or an operator has made has other times. */
  private static boolean comesFromItsPublisher(Task task) {
    return task.attempt() == 1
        && task.requeuedAt() == null
        && !task.headers().containsKey(TaskHeaders.RECEIVED_AT);
  }
}
