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
  public static final TaskDefaults NONE = builder().build();

  /** Returns defaults with a queue and a handler only. */
  public static TaskDefaults of(@Nullable String queue, @Nullable String handler) {
    return builder().queue(queue).handler(handler).build();
  }

  /** Starts defaults in which nothing is set. */
  public static Builder builder() {
    return new Builder();
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

  /** Builds defaults. A value that is null, or was not set, is no default. Not thread-safe. */
  public static final class Builder {
    private @Nullable String queue;
    private @Nullable String handler;
    private @Nullable String batch;
    private @Nullable Integer maxAttempts;
    private @Nullable Duration timeout;
    private @Nullable Duration delay;
    private @Nullable Integer priority;
    private @Nullable Duration expiration;

    private Builder() {}

    /** Sets the queue. */
    public Builder queue(@Nullable String queue) {
      this.queue = queue;
      return this;
    }

    /** Sets the handler's name. */
    public Builder handler(@Nullable String handler) {
      this.handler = handler;
      return this;
    }

    /** Sets the batch. */
    public Builder batch(@Nullable String batch) {
      this.batch = batch;
      return this;
    }

    /** Sets the most runs of a task. */
    public Builder maxAttempts(@Nullable Integer maxAttempts) {
      this.maxAttempts = maxAttempts;
      return this;
    }

    /** Sets the hard limit on one run. */
    public Builder timeout(@Nullable Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** Sets the time after publishing before which a task must not start. */
    public Builder delay(@Nullable Duration delay) {
      this.delay = delay;
      return this;
    }

    /** Sets the priority, 0 to 31. */
    public Builder priority(@Nullable Integer priority) {
      this.priority = priority;
      return this;
    }

    /** Sets how long a task may wait. */
    public Builder expiration(@Nullable Duration expiration) {
      this.expiration = expiration;
      return this;
    }

    /** Returns the defaults. */
    public TaskDefaults build() {
      return new TaskDefaults(
          queue, handler, batch, maxAttempts, timeout, delay, priority, expiration);
    }
  }
}
