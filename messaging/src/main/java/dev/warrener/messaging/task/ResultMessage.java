package dev.warrener.messaging.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.Contract;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The result of a task, sent to the publisher's reply queue when the task has ended for good.
 *
 * @param version the version of the contract, 1
 * @param task the task's id
 * @param queue the queue that the task was published to, or null if the controller left it out
 * @param batch the task's batch, or null
 * @param outcome how the last run ended
 * @param attempt the number of the last run, from 1
 * @param startedAt when the last run started, or null if none did
 * @param finishedAt when it ended
 * @param controller the controller that ran it
 * @param worker the worker that ran it, or null if none did
 * @param error why it did not succeed, or null
 * @param value the value that the handler returned, if that is JSON
 * @param valueBase64 the value that the handler returned, in Base64, if that is not JSON
 * @param order the order that killed it, or null
 * @param earlierOutcome of a duplicate: how the run of the message that has its id ended; null
 *     while that one has not ended for good
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ResultMessage(
    int version,
    String task,
    @Nullable String queue,
    @Nullable String batch,
    Outcome outcome,
    int attempt,
    @Nullable Instant startedAt,
    Instant finishedAt,
    String controller,
    @Nullable String worker,
    @Nullable TaskError error,
    @Nullable JsonNode value,
    @Nullable String valueBase64,
    @Nullable String order,
    @Nullable Outcome earlierOutcome) {

  /** Starts a result of the task with the id {@code task}. */
  public static Builder builder(String task, Outcome outcome) {
    return new Builder(task, outcome);
  }

  /** Returns a copy with the value that the handler returned: as JSON, as Base64, or none. */
  public ResultMessage withValue(@Nullable JsonNode json, @Nullable String base64) {
    return new ResultMessage(
        version,
        task,
        queue,
        batch,
        outcome,
        attempt,
        startedAt,
        finishedAt,
        controller,
        worker,
        error,
        json,
        base64,
        order,
        earlierOutcome);
  }

  /** Builds a result. Not thread-safe. */
  public static final class Builder {
    private final String task;
    private @Nullable String queue;
    private @Nullable String batch;
    private final Outcome outcome;
    private int attempt = 1;
    private @Nullable Instant startedAt;
    private @Nullable Instant finishedAt;
    private @Nullable String controller;
    private @Nullable String worker;
    private @Nullable TaskError error;
    private @Nullable JsonNode value;
    private @Nullable String valueBase64;
    private @Nullable String order;
    private @Nullable Outcome earlierOutcome;

    private Builder(String task, Outcome outcome) {
      this.task = task;
      this.outcome = outcome;
    }

    /** The queue that the task was published to. */
    public Builder queue(@Nullable String queue) {
      this.queue = queue;
      return this;
    }

    /** The task's batch. */
    public Builder batch(@Nullable String batch) {
      this.batch = batch;
      return this;
    }

    /** The number of the last run, from 1; 1 by default. */
    public Builder attempt(int attempt) {
      this.attempt = attempt;
      return this;
    }

    /** When the last run started. */
    public Builder startedAt(@Nullable Instant startedAt) {
      this.startedAt = startedAt;
      return this;
    }

    /** When the last run ended. Required. */
    public Builder finishedAt(Instant finishedAt) {
      this.finishedAt = finishedAt;
      return this;
    }

    /** The controller that ran the task. Required. */
    public Builder controller(String controller) {
      this.controller = controller;
      return this;
    }

    /** The worker that ran the task. */
    public Builder worker(@Nullable String worker) {
      this.worker = worker;
      return this;
    }

    /** The reason why the task did not succeed. */
    public Builder error(@Nullable TaskError error) {
      this.error = error;
      return this;
    }

    /** The value that the handler returned, if that is JSON. */
    public Builder value(@Nullable JsonNode value) {
      this.value = value;
      return this;
    }

    /** The value that the handler returned, in Base64, if that is not JSON. */
    public Builder valueBase64(@Nullable String valueBase64) {
      this.valueBase64 = valueBase64;
      return this;
    }

    /** The id of the order that killed the task. */
    public Builder order(@Nullable String order) {
      this.order = order;
      return this;
    }

    /** Of a duplicate: how the run of the message that has its id ended. */
    public Builder earlierOutcome(@Nullable Outcome earlierOutcome) {
      this.earlierOutcome = earlierOutcome;
      return this;
    }

    /**
     * Returns the result.
     *
     * @throws NullPointerException if a required field is missing; the message names it
     */
    public ResultMessage build() {
      return new ResultMessage(
          Contract.VERSION,
          task,
          queue,
          batch,
          outcome,
          attempt,
          startedAt,
          Objects.requireNonNull(finishedAt, "finishedAt"),
          Objects.requireNonNull(controller, "controller"),
          worker,
          error,
          value,
          valueBase64,
          order,
          earlierOutcome);
    }
  }
}
