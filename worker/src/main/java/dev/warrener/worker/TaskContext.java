package dev.warrener.worker;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a task, as its handler sees it. Thread-safe: a handler may pass it to other threads.
 * Progress that they report after the end of the run is dropped; their log lines are still logged.
 */
public interface TaskContext {
  /** Returns the task's id, which is the same on each attempt. */
  String id();

  /** Returns the handler's name in the task. */
  String handler();

  /** Returns the queue that the task came from. */
  String queue();

  /** Returns the batch that the task belongs to, if any. */
  Optional<String> batch();

  /** Returns the number of the attempt that this run is, counted from 1. */
  int attempt();

  /** Returns the media type of the input; {@code application/json} unless the publisher set one. */
  String contentType();

  /** Returns the time at which the run is killed if it has not ended, if it has a limit. */
  Optional<Instant> deadline();

  /**
   * Returns all other headers of the message as text, for example {@code traceparent}. Headers that
   * are lists or tables are left out.
   */
  Map<String, String> headers();

  /** Whether this run was asked to stop. Once true, this stays true. */
  boolean isCancelled();

  /** Returns the reason why this run was asked to stop, if it was. */
  Optional<String> cancelReason();

  /**
   * Reports that {@code done} of {@code total} steps are done. Neither may be negative. It may be
   * called at every step: what operators see is the last report, a few seconds late at most.
   */
  default void progress(long done, long total) {
    progress(done, total, "");
  }

  /**
   * Reports how many steps are done, and in {@code message} what the handler does now. Neither
   * number may be negative.
   */
  void progress(long done, long total, String message);

  /** Returns the log of this run, whose lines carry the task's id. */
  TaskLog log();
}
