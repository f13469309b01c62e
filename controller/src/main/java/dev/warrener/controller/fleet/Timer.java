package dev.warrener.controller.fleet;

import dev.warrener.controller.process.WorkerKey;

/**
 * What a timer is for. A timer is never cancelled: when it is due it is checked against the state.
 */
public sealed interface Timer {
  /** The worker should have said by now that it is ready. */
  record StartDeadline(WorkerKey worker) implements Timer {}

  /** The run has reached its hard limit. */
  record RunDeadline(WorkerKey worker, String task, int attempt) implements Timer {}

  /** What was handed to busy workers may have waited there for too long. */
  record RecallDue() implements Timer {}

  /** The worker should have said by now what became of a task that it was told to give back. */
  record RecallUnanswered(WorkerKey worker, String task, int attempt) implements Timer {}

  /** The worker must die for the run that it is at, whatever else it may have begun by then. */
  record DeferralOver(String order, WorkerKey worker) implements Timer {}

  /** The worker was asked to end and has had its grace. */
  record GraceOver(WorkerKey worker) implements Timer {}

  /** The slot's back-off or cool-down is over. */
  record Respawn(int slot, long incarnation) implements Timer {}

  /** Runs have gone on without the broker for as long as they may. */
  record LeaseOver(long generation) implements Timer {}

  /** An order that no broker backs stops waiting for a broker that may be away. */
  record SettlementOver(String order) implements Timer {}

  /** A draining controller stops waiting. */
  record DrainOver() implements Timer {}
}
