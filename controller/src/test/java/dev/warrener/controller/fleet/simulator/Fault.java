package dev.warrener.controller.fleet.simulator;

/** What can go wrong in a simulation. */
enum Fault {
  /** A worker ends by itself, at a step. */
  CRASH,

  /** A controller is killed, with all of its workers. */
  KILL_CONTROLLER,

  /** A controller stands still and comes back. */
  FREEZE,

  /** A controller is asked to stop, once or twice. */
  STOP,

  /** A controller's network is cut. */
  CUT,

  /** The broker or the client closes one task connection. */
  LOSE_TASKS,

  /** The broker or the client closes one order connection. */
  LOSE_ORDERS,

  /** The broker ends the consumption of one queue. */
  END_CONSUMPTION,

  /** Everybody's connections are lost at once. */
  RESTART_BROKER,

  /** The broker takes no publishes for a while. */
  ALARM,

  /** Somebody pulls the tripwire. */
  TRIP,

  /** A copy is refused, or its fate is unknown, at each publish. */
  REFUSE,

  /** A run fails. */
  FAIL_TASK,

  /** A worker never says that it is ready. */
  NEVER_READY,

  /** A process can't be made. */
  SPAWN_FAILS,

  /** A killed worker does not die for a while. */
  STUBBORN,

  /** The tree of a dead worker is not empty for a while. */
  LINGERING,

  /** A frame comes again, late. */
  STALE,

  /** A report is lost on its way to the operator, or comes twice. */
  LOSE_REPORT,

  /** A worker never answers when it is to give a task back. */
  DEAF,

  /** An operator's command ends between the log and the signal. */
  LOSE_PART,

  /** The broker forgets the oldest orders of the log, or all. */
  LOSE_LOG,

  /** What a controller has written down is gone when it starts. */
  LOSE_DISK
}
