package dev.warrener.worker;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a task, as its handler sees it. Safe to hand to other threads; what they say after the
 * run has ended is dropped, save for the log.
 */
public interface TaskContext {
  /** The task's id, the same on each attempt. */
  String id();

  /** The name by which the task asked for its handler. */
  String handler();

  /** The queue that the task came from. */
  String queue();

  /** The batch that the task belongs to, if any. */
  Optional<String> batch();

  /** Which attempt this run is, counted from 1. */
  int attempt();

  /** The media type of the input; {@code application/json} unless the publisher said otherwise. */
  String contentType();

  /** The moment after which the run will be killed, if it has a limit. */
  Optional<Instant> deadline();

  /** The message's headers that are passed through, for example {@code traceparent}. */
  Map<String, String> headers();

  /** Whether this run was asked to stop. Once true, it stays true. */
  boolean isCancelled();

  /** Why this run was asked to stop, if it was. */
  Optional<String> cancelReason();

  /** Says that {@code done} of {@code total} steps are done; both at least 0. */
  default void progress(long done, long total) {
    progress(done, total, "");
  }

  /** Says how many steps are done, and what happens now. */
  void progress(long done, long total, String message);

  /** The log; its lines carry the task's id. */
  TaskLog log();
}
