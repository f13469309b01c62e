package dev.warrener.messaging.broker.tasks;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * Tells the tasks that were published after a moment from those that waited then. The broker notes
 * no times, so the publisher's clock counts: the timestamp, and within its second the time in an id
 * of UUID version 7. A message that has neither counts as older.
 *
 * @param moment such as when an order was given
 */
record PublishedAfter(Instant moment) {
  /** The resolution of a timestamp. */
  private static final Duration SECOND = Duration.ofSeconds(1);

  boolean holdsFor(Delivery delivery) {
    var requeued = delivery.content() instanceof Task task ? task.requeuedAt() : null;
    if (requeued != null && requeued.isAfter(moment)) {
      return true;
    }
    var properties = delivery.message().properties();
    var published = publishedAt(properties.getTimestamp(), delivery.message().id());
    return published != null && published.isAfter(moment);
  }

  private static @Nullable Instant publishedAt(@Nullable Date timestamp, @Nullable String id) {
    var made = id == null ? null : Uuid7.madeAt(id);
    if (timestamp == null) {
      return made;
    }
    var second = timestamp.toInstant();
    boolean isMadeThen =
        made != null && !made.isBefore(second) && made.isBefore(second.plus(SECOND));
    return isMadeThen ? made : second;
  }
}
