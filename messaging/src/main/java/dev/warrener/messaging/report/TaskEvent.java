package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.Contract;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a task, published with the key {@code task.EVENT.QUEUE}.
 *
 * @param version the version of the contract, 1
 * @param event what happened
 * @param task the task's id
 * @param queue the queue that it is in
 * @param batch the batch that it belongs to, or null
 * @param handler the handler that it names, or null if the message names none
 * @param attempt the number of the run, from 1
 * @param controller the controller that reports it
 * @param worker the worker that ran it, or null
 * @param outcome how the run ended, if {@code event} is {@code finished}; otherwise null
 * @param reason why, if {@code event} is {@code dead-lettered}; otherwise null
 * @param detail a sentence for people, or null
 * @param order the id of the order that caused it, or null
 * @param traceparent the task's trace context, or null
 * @param at when it happened
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskEvent(
    int version,
    TaskEventKind event,
    String task,
    String queue,
    @Nullable String batch,
    @Nullable String handler,
    int attempt,
    String controller,
    @Nullable String worker,
    @Nullable Outcome outcome,
    @Nullable DeadReason reason,
    @Nullable String detail,
    @Nullable String order,
    @Nullable String traceparent,
    Instant at) {

  /** Starts an event about the task {@code task} of {@code queue}. */
  public static Builder builder(TaskEventKind event, String task, String queue) {
    return new Builder(event, task, queue);
  }

  /** Builds an event. Not thread-safe. */
  public static final class Builder {
    private final TaskEventKind event;
    private final String task;
    private final String queue;
    private @Nullable String batch;
    private @Nullable String handler;
    private int attempt = 1;
    private @Nullable String controller;
    private @Nullable String worker;
    private @Nullable Outcome outcome;
    private @Nullable DeadReason reason;
    private @Nullable String detail;
    private @Nullable String order;
    private @Nullable String traceparent;
    private @Nullable Instant at;

    private Builder(TaskEventKind event, String task, String queue) {
      this.event = event;
      this.task = task;
      this.queue = queue;
    }

    /** The batch that the task belongs to. */
    public Builder batch(@Nullable String batch) {
      this.batch = batch;
      return this;
    }

    /** The handler that the task names. */
    public Builder handler(@Nullable String handler) {
      this.handler = handler;
      return this;
    }

    /** The number of the run, from 1; 1 by default. */
    public Builder attempt(int attempt) {
      this.attempt = attempt;
      return this;
    }

    /** The controller that reports it. Required. */
    public Builder controller(String controller) {
      this.controller = controller;
      return this;
    }

    /** The worker that ran the task. */
    public Builder worker(@Nullable String worker) {
      this.worker = worker;
      return this;
    }

    /** The outcome of the run, if the event is {@code finished}. */
    public Builder outcome(@Nullable Outcome outcome) {
      this.outcome = outcome;
      return this;
    }

    /** The reason, if the event is {@code dead-lettered}. */
    public Builder reason(@Nullable DeadReason reason) {
      this.reason = reason;
      return this;
    }

    /** A sentence for people. */
    public Builder detail(@Nullable String detail) {
      this.detail = detail;
      return this;
    }

    /** The id of the order that caused it. */
    public Builder order(@Nullable String order) {
      this.order = order;
      return this;
    }

    /** The task's trace context. */
    public Builder traceparent(@Nullable String traceparent) {
      this.traceparent = traceparent;
      return this;
    }

    /** When it happened. Required. */
    public Builder at(Instant at) {
      this.at = at;
      return this;
    }

    /**
     * Returns the event.
     *
     * @throws NullPointerException if a required field is missing; the message names it
     */
    public TaskEvent build() {
      return new TaskEvent(
          Contract.VERSION,
          event,
          task,
          queue,
          batch,
          handler,
          attempt,
          Objects.requireNonNull(controller, "controller"),
          worker,
          outcome,
          reason,
          detail,
          order,
          traceparent,
          Objects.requireNonNull(at, "at"));
    }
  }
}
