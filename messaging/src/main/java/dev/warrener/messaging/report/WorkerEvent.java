package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.Contract;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a worker, published with the key {@code worker.EVENT.CONTROLLER}.
 *
 * @param version the version of the contract, 1
 * @param event what happened
 * @param worker the worker's id
 * @param incarnation which process of that worker
 * @param pid the process id, or null if there is no process
 * @param controller the controller that reports it
 * @param host the host that the controller runs on
 * @param queue the queue that the worker serves
 * @param exitCode the exit code, if {@code event} is {@code exited}; otherwise null
 * @param signal the signal that ended the process, or null
 * @param detail a sentence for people, or null
 * @param at when it happened
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkerEvent(
    int version,
    WorkerEventKind event,
    String worker,
    long incarnation,
    @Nullable Long pid,
    String controller,
    String host,
    String queue,
    @Nullable Integer exitCode,
    @Nullable Integer signal,
    @Nullable String detail,
    Instant at) {

  /** Starts an event about the worker with the id {@code worker}. */
  public static Builder builder(WorkerEventKind event, String worker) {
    return new Builder(event, worker);
  }

  /** Builds an event. Not thread-safe. */
  public static final class Builder {
    private final WorkerEventKind event;
    private final String worker;
    private long incarnation = 0;
    private @Nullable Long pid;
    private @Nullable String controller;
    private @Nullable String host;
    private @Nullable String queue;
    private @Nullable Integer exitCode;
    private @Nullable Integer signal;
    private @Nullable String detail;
    private @Nullable Instant at;

    private Builder(WorkerEventKind event, String worker) {
      this.event = event;
      this.worker = worker;
    }

    /** Which process of the worker, counted from 1; 0 by default: none yet. */
    public Builder incarnation(long incarnation) {
      this.incarnation = incarnation;
      return this;
    }

    /** The id of the process. */
    public Builder pid(@Nullable Long pid) {
      this.pid = pid;
      return this;
    }

    /** The controller that reports it. Required. */
    public Builder controller(String controller) {
      this.controller = controller;
      return this;
    }

    /** The host that the controller runs on. Required. */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /** The queue that the worker serves. Required. */
    public Builder queue(String queue) {
      this.queue = queue;
      return this;
    }

    /** The exit code, if the event is {@code exited}. */
    public Builder exitCode(@Nullable Integer exitCode) {
      this.exitCode = exitCode;
      return this;
    }

    /** The signal that ended the process. */
    public Builder signal(@Nullable Integer signal) {
      this.signal = signal;
      return this;
    }

    /** A sentence for people. */
    public Builder detail(@Nullable String detail) {
      this.detail = detail;
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
    public WorkerEvent build() {
      return new WorkerEvent(
          Contract.VERSION,
          event,
          worker,
          incarnation,
          pid,
          Objects.requireNonNull(controller, "controller"),
          Objects.requireNonNull(host, "host"),
          Objects.requireNonNull(queue, "queue"),
          exitCode,
          signal,
          detail,
          Objects.requireNonNull(at, "at"));
    }
  }
}
