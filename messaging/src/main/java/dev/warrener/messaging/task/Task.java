package dev.warrener.messaging.task;

import dev.warrener.messaging.Names;
import dev.warrener.messaging.Uuid7;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One task as it crosses the broker. Immutable.
 *
 * @param id the task's id; the same id again is the same task
 * @param queue the queue that it is published to
 * @param handler the name of the handler that runs it
 * @param body the handler's input
 * @param contentType the content type of the body; {@code application/json} by default
 * @param batch the batch that it belongs to, or null
 * @param attempt the number of the next run, from 1; a retry or a crash adds one, an operator's
 *     kill does not
 * @param maxAttempts the most runs that it may have, or null for the queue's default
 * @param timeout the hard limit on one run, or null for the queue's default
 * @param notBefore the time before which the task must not start, or null
 * @param publishedAt when it was published, or null if the publisher did not set it
 * @param priority 0 to 31, or null
 * @param expiration how long it may wait before it is dead-lettered as {@code expired}, or null
 * @param replyTo the reply queue for its result, or null
 * @param correlationId an id that its result carries, too, or null
 * @param requeuedAt when an operator put it back from the dead letters, or null. Orders that were
 *     issued before don't revoke it, and it is no duplicate of its earlier runs
 * @param expiresAt when it expires, or null. Set where the broker can't apply {@code expiration},
 *     such as while the task waits in a retry queue
 * @param headers all other headers, passed through to the handler; among them {@code traceparent}
 *     and {@code tracestate}
 */
public record Task(
    String id,
    String queue,
    String handler,
    Body body,
    String contentType,
    @Nullable String batch,
    int attempt,
    @Nullable Integer maxAttempts,
    @Nullable Duration timeout,
    @Nullable Instant notBefore,
    @Nullable Instant publishedAt,
    @Nullable Integer priority,
    @Nullable Duration expiration,
    @Nullable String replyTo,
    @Nullable String correlationId,
    @Nullable Instant requeuedAt,
    @Nullable Instant expiresAt,
    Map<String, Object> headers)
    implements ReceivedTask {

  /** The content type of a task whose publisher named none. */
  public static final String JSON = "application/json";

  public Task {
    if (id.isEmpty() || id.length() > 255) {
      throw new IllegalArgumentException(
          "a task's id has 1 to 255 characters, this one has " + id.length());
    }
    Names.requireQueue(queue);
    Names.require("handler", handler);
    if (batch != null) {
      Names.require("batch", batch);
    }
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt must be 1 or more, not " + attempt);
    }
    if (maxAttempts != null && maxAttempts < 1) {
      throw new IllegalArgumentException("max-attempts must be 1 or more, not " + maxAttempts);
    }
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("timeout must be longer than 0, not " + timeout);
    }
    if (priority != null && (priority < 0 || priority > 31)) {
      throw new IllegalArgumentException("priority must be 0 to 31, not " + priority);
    }
    if (expiration != null && expiration.isNegative()) {
      throw new IllegalArgumentException("expiration must not be negative, but is " + expiration);
    }
    headers = Map.copyOf(headers);
  }

  /** Starts a task with a new id, attempt 1 and the JSON body {@code null}. */
  public static Builder to(String queue, String handler) {
    return new Builder(queue, handler);
  }

  /** Returns a copy whose next run is number {@code next}. */
  public Task withAttempt(int next) {
    var copy = new Builder(this);
    copy.attempt = next;
    return copy.build();
  }

  /** Returns a builder that starts with all that this task has, its id included. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Builds a task. Not thread-safe. */
  public static final class Builder {
    private @Nullable String id;
    private String queue;
    private final String handler;
    private Body body = Body.of("null");
    private String contentType = JSON;
    private @Nullable String batch;
    private int attempt = 1;
    private @Nullable Integer maxAttempts;
    private @Nullable Duration timeout;
    private @Nullable Instant notBefore;
    private @Nullable Instant publishedAt;
    private @Nullable Integer priority;
    private @Nullable Duration expiration;
    private @Nullable String replyTo;
    private @Nullable String correlationId;
    private @Nullable Instant requeuedAt;
    private @Nullable Instant expiresAt;
    private Map<String, Object> headers = Map.of();

    private Builder(String queue, String handler) {
      this.queue = queue;
      this.handler = handler;
    }

    private Builder(Task task) {
      this(task.queue, task.handler);
      id = task.id;
      body = task.body;
      contentType = task.contentType;
      batch = task.batch;
      attempt = task.attempt;
      maxAttempts = task.maxAttempts;
      timeout = task.timeout;
      notBefore = task.notBefore;
      publishedAt = task.publishedAt;
      priority = task.priority;
      expiration = task.expiration;
      replyTo = task.replyTo;
      correlationId = task.correlationId;
      requeuedAt = task.requeuedAt;
      expiresAt = task.expiresAt;
      headers = task.headers;
    }

    /** The task's id; by default a new UUID of version 7. */
    public Builder id(String id) {
      this.id = id;
      return this;
    }

    /** The queue, instead of the one that the builder was made for. */
    public Builder queue(String queue) {
      this.queue = queue;
      return this;
    }

    /** The handler's input as JSON text. */
    public Builder json(String json) {
      return body(Body.of(json), JSON);
    }

    /** The handler's input as any bytes. */
    public Builder body(Body body, String contentType) {
      this.body = body;
      this.contentType = contentType;
      return this;
    }

    /** The batch that it belongs to. */
    public Builder batch(@Nullable String batch) {
      this.batch = batch;
      return this;
    }

    /** The number of the next run, from 1. */
    public Builder attempt(int attempt) {
      this.attempt = attempt;
      return this;
    }

    /** The most runs that the task may have; by default as many as the queue allows. */
    public Builder maxAttempts(@Nullable Integer maxAttempts) {
      this.maxAttempts = maxAttempts;
      return this;
    }

    /** The hard limit on one run; by default the queue's. */
    public Builder timeout(@Nullable Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** The time before which the task must not start. */
    public Builder notBefore(@Nullable Instant notBefore) {
      this.notBefore = notBefore;
      return this;
    }

    /** When the task was published. Publishing sets it. */
    public Builder publishedAt(@Nullable Instant publishedAt) {
      this.publishedAt = publishedAt;
      return this;
    }

    /** 0 to 31; has an effect where the queue has priorities. */
    public Builder priority(@Nullable Integer priority) {
      this.priority = priority;
      return this;
    }

    /** The longest that the task may wait before it is dead-lettered as {@code expired}. */
    public Builder expiration(@Nullable Duration expiration) {
      this.expiration = expiration;
      return this;
    }

    /** The reply queue for its result. */
    public Builder replyTo(@Nullable String replyTo) {
      this.replyTo = replyTo;
      return this;
    }

    /** An id that the result carries, too. */
    public Builder correlationId(@Nullable String correlationId) {
      this.correlationId = correlationId;
      return this;
    }

    /** When an operator put it back from the dead letters. */
    public Builder requeuedAt(@Nullable Instant requeuedAt) {
      this.requeuedAt = requeuedAt;
      return this;
    }

    /** When the task expires. */
    public Builder expiresAt(@Nullable Instant expiresAt) {
      this.expiresAt = expiresAt;
      return this;
    }

    /** Other headers, passed through to the handler. */
    public Builder headers(Map<String, Object> headers) {
      this.headers = headers;
      return this;
    }

    /**
     * Returns the task.
     *
     * @throws IllegalArgumentException if the task breaks the contract; the message says how
     */
    public Task build() {
      var own = id;
      if (own == null) {
        own = Uuid7.next();
        id = own;
      }
      return new Task(
          own,
          queue,
          handler,
          body,
          contentType,
          batch,
          attempt,
          maxAttempts,
          timeout,
          notBefore,
          publishedAt,
          priority,
          expiration,
          replyTo,
          correlationId,
          requeuedAt,
          expiresAt,
          headers);
    }
  }
}
