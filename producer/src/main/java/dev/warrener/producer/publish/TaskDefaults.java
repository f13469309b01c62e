package dev.warrener.producer.publish;

import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a line that does not say otherwise. Null: nothing.
 *
 * @param queue the queue
 * @param handler the handler's name
 * @param batch the batch
 * @param maxAttempts how many runs a task may have
 * @param timeout the hard limit on one run
 * @param delay don't start earlier than this after the publish
 * @param priority 0 to 31
 * @param expiration how long it may wait
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

  /** Nothing. */
  public static final TaskDefaults NONE =
      new TaskDefaults(null, null, null, null, null, null, null, null);

  /** A queue and a handler, and nothing else. */
  public static TaskDefaults of(@Nullable String queue, @Nullable String handler) {
    return new TaskDefaults(queue, handler, null, null, null, null, null, null);
  }

  /** Starts a task with all that is given here; its delay counts from {@code now}. */
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
