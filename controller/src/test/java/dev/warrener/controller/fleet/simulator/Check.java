package dev.warrener.controller.fleet.simulator;

/** The invariants by name. The first eight are those of the architecture, in its order. */
enum Check {
  /** A delivery is settled once by us, or handed back by loss of the connection; never both. */
  SETTLED_ONCE,
  /** No settlement of a killed run before its tree is empty, nor of one that still runs. */
  SETTLED_AFTER_DEATH,
  /** One process at a time runs a task at a controller; a stale frame changes nothing. */
  ONE_PROCESS_AND_NO_STALE_FRAME,
  /** {@code controller.done} only when all in scope is dead, settled, and taken by the broker. */
  DONE_MEANS_DONE,
  /** No worker starts, and nothing is dispatched, in a held scope. */
  NOTHING_STARTS_IN_A_HELD_SCOPE,
  /** A kill changes no task's attempt; a crash, a failure and a hard limit add one. */
  KILL_DOES_NOT_CHARGE_CRASH_DOES,
  /** A revoked task never starts. */
  REVOKED_TASK_NEVER_STARTS,
  /** What has ended has ended: orders, workers, controllers. */
  TERMINAL_STATES_ARE_TERMINAL,

  /** Only what an order, a limit or a stop is about is killed. */
  NOBODY_ELSE_IS_KILLED,
  /** Nothing runs past its hard limit, its grace, its lease, or the end of its controller. */
  NOTHING_OUTLIVES_ITS_TIME,
  /** An order about another run or process, a late one, or one by nobody is refused. */
  REFUSED_IF_AND_ONLY_IF_WRONG,
  /** A run is reported killed or it finished; never both, never neither. */
  KILLED_OR_FINISHED,
  /** A message leaves the broker only when its task has ended, or a copy of it is there. */
  NO_TASK_IS_LOST,
  /** What was purged never runs again. */
  PURGED_STAYS_PURGED,
  /** What was published after an order was done survives it. */
  LATER_TASKS_SURVIVE,
  /** A task that a resume has let go is not dropped for what had revoked it. */
  RESUMED_TASK_IS_FREE,
  /** A pulled tripwire stays pulled, and lets nothing start, until what is broadcast lifts it. */
  TRIPWIRE_STAYS_PULLED,
  /** A backlog is dropped once for each order, and only because of one that was heard live. */
  BACKLOG_IS_DROPPED_ONCE,
  /** The reports about an order are numbered without a gap and agree with each other. */
  CERTIFICATES_AGREE,
  /** What the roll-call of a kill confirms is so: all are dead, and what was purged is gone. */
  CONFIRMED_MEANS_DONE,
  /** What a controller says of its holds is what the newest orders say, in both directions. */
  HOLDS_WHAT_IT_SAYS,
  /** A controller consumes what it means to consume, and nothing goes round in circles. */
  CONSUMES_WHAT_IT_WANTS,
  /** The broker is shown that processes live for as long as any does. */
  SHOWS_WHAT_RUNS,
  /** When the faults end, every task ends and every order is answered by everyone. */
  EVERYTHING_ENDS
}
