package dev.warrener.messaging.broker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a queue of tasks. A queue keeps the settings that it was made with.
 *
 * @param maxLength the most tasks that may wait; above it publishers are refused. Null for no limit
 * @param maxPriority the highest priority, 1 to 31, where priorities must be asked for (the
 *     embedded broker); null for none. RabbitMQ 4.3 always has 0 to 31, 4.0 to 4.2 two levels, 3.x
 *     none
 * @param consumerTimeout the longest time that the broker lets a controller hold a task; 30 days by
 *     default. RabbitMQ 3.x ignores it and has its node's own setting (30 min)
 */
public record QueueSettings(
    @Nullable Long maxLength, @Nullable Integer maxPriority, Duration consumerTimeout) {

  /** No length limit, no priorities, 30 days. */
  public static final QueueSettings DEFAULT = new QueueSettings(null, null, Duration.ofDays(30));

  public QueueSettings {
    if (maxLength != null && maxLength < 1) {
      throw new IllegalArgumentException("maxLength must be 1 or more, not " + maxLength);
    }
    if (maxPriority != null && (maxPriority < 1 || maxPriority > 31)) {
      throw new IllegalArgumentException("maxPriority must be 1 to 31, not " + maxPriority);
    }
    if (consumerTimeout.compareTo(Duration.ofMinutes(5)) < 0) {
      throw new IllegalArgumentException(
          "consumerTimeout must be 5 minutes or more, not " + consumerTimeout);
    }
  }
}
