package dev.warrener.producer.publish;

import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The values for fields that a line leaves out; null for no value.
 *
 * @param queue the queue
 * @param handler the handler's name
 * @param batch the batch
 * @param maxAttempts the most runs of a task
 * @param timeout the hard limit on one run
 * @param delay how long after the publish a task must not start
 * @param priority 0 to 31
 * @param expiration how long a task may wait
 */
public record TaskDefaults(
    @Nullable String queue,
    @Nullable String handler,
    @Nullable String batch,
    @Nullable Integer maxAttempts,
    @Nullable Duration timeout,
    @Nullable Duration delay,
    @Nullable Integer priority,
    @Nullable Duration expiration) {

  /** No defaults. */
  public static final TaskDefaults NONE =
      new TaskDefaults(null, null, null, null, null, null, null, null);

  /** Returns defaults with a queue and a handler only. */
  public static TaskDefaults of(@Nullable String queue, @Nullable String handler) {
    return new TaskDefaults(queue, handler, null, null, null, null, null, null);
  }

  /** Returns a builder of a task with these values. The delay counts from {@code now}. */
  public Task.Builder task(String queue, String handler, Instant now) {
    return Task.to(queue, handler)
        .batch(batch)
        .maxAttempts(maxAttempts)
        .timeout(timeout)
        .notBefore(delay == null ? null : now.plus(delay))
        .priority(priority)
        .expiration(expiration);
  }
}
