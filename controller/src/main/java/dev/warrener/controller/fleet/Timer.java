package dev.warrener.controller.fleet;

import dev.warrener.controller.death.WorkerKey;

/**
 * The purpose of a timer. A timer is never cancelled: when it is due, it is checked against the
 * state.
 */
public sealed interface Timer {
  /** The worker should have reported by now that it is ready. */
  record StartDeadline(WorkerKey worker) implements Timer {}

  /** The run has reached its hard limit. */
  record RunDeadline(WorkerKey worker, String task, int attempt) implements Timer {}

  /** Tasks that were handed to busy workers may have waited there for too long. */
  record RecallDue() implements Timer {}

  /** Tasks of a queue may have waited here for too long, while no worker can start them. */
  record LookAheadDue(String queue) implements Timer {}

  /** The worker should have answered by now about a task that it was asked to return. */
  record RecallUnanswered(WorkerKey worker, String task, int attempt) implements Timer {}

  /** A deferred kill of a run is due, even if it hits another task of the worker. */
  record DeferralOver(String order, WorkerKey worker) implements Timer {}

  /** The grace of a worker that was asked to end is over. */
  record GraceOver(WorkerKey worker) implements Timer {}

  /** The back-off or cool-down of the slot is over. */
  record Respawn(int slot, long incarnation) implements Timer {}

  /** Runs may have gone on without the broker for the whole lease. */
  record LeaseOver() implements Timer {}

  /** An order that came without a broker stops waiting for the broker. */
  record SettlementOver(String order) implements Timer {}

  /** An order that came from the log alone stops waiting for its broadcast. */
  record BroadcastOver(String order) implements Timer {}

  /** A draining controller stops waiting. */
  record DrainOver() implements Timer {}
}
