package dev.warrener.controller.fleet.simulator;

/**
 * What goes wrong in one simulation, and how often: of so many chances one; 0 for never.
 *
 * @param crash a worker ends by itself, at a step
 * @param killController a controller is killed, with all of its workers
 * @param freeze a controller stands still and comes back
 * @param stop a controller is asked to stop, once or twice
 * @param cut a controller's network is cut
 * @param loseTasks the broker or the client closes one task connection
 * @param loseOrders the same of an order connection
 * @param endConsumption the broker ends the consumption of one queue
 * @param restartBroker everybody's connections are lost at once
 * @param alarm the broker takes no publishes for a while
 * @param trip somebody pulls the tripwire
 * @param refuse a copy is refused, or its fate is unknown, at each publish
 * @param failTask a run fails
 * @param neverReady a worker never says that it is ready
 * @param spawnFails a process can't be made
 * @param stubborn a killed worker does not die for a while
 * @param lingering the tree of a dead worker is not empty for a while
 * @param stale a frame comes again, late
 * @param loseReport a report is lost on its way to the operator, or comes twice
 * @param deaf a worker never answers when it is to give a task back
 * @param losePart an operator's command ends between the log and the signal
 * @param loseLog the broker forgets the oldest orders of the log, or all
 * @param loseDisk what a controller has written down is gone when it starts
 * @param setClock somebody sets the clock of a controller, of an operator or of the publisher
 */
record Faults(
    int crash,
    int killController,
    int freeze,
    int stop,
    int cut,
    int loseTasks,
    int loseOrders,
    int endConsumption,
    int restartBroker,
    int alarm,
    int trip,
    int refuse,
    int failTask,
    int neverReady,
    int spawnFails,
    int stubborn,
    int lingering,
    int stale,
    int loseReport,
    int deaf,
    int losePart,
    int loseLog,
    int loseDisk,
    int setClock) {

  static final Faults NONE =
      new Faults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Dying workers, and a broker that is always there. */
  static final Faults WORKERS =
      new Faults(60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 6, 20, 20, 5, 5, 10, 10, 10, 0, 0, 0, 100);

  /** Everything, now and then. */
  static final Faults ALL =
      new Faults(
          150, 300, 300, 500, 300, 300, 300, 300, 600, 500, 1500, 15, 8, 20, 20, 6, 6, 10, 8, 30,
          10, 600, 8, 200);

  /** Connections that come and go. */
  static final Faults CONNECTIONS =
      new Faults(
          0, 0, 0, 0, 100, 80, 80, 80, 300, 200, 1000, 8, 8, 0, 0, 10, 10, 10, 8, 8, 8, 800, 0, 0);

  /** Controllers that come and go. */
  static final Faults CONTROLLERS =
      new Faults(
          200, 80, 120, 150, 0, 0, 0, 0, 0, 0, 2000, 30, 8, 20, 20, 8, 8, 10, 8, 8, 8, 0, 20, 200);

  /** A different mix for each seed, the quiet one among them. */
  static Faults of(Chance chance) {
    return switch (chance.below(8)) {
      case 0 -> NONE;
      case 1 -> WORKERS;
      case 2, 3 -> CONNECTIONS;
      case 4, 5 -> CONTROLLERS;
      default -> ALL;
    };
  }
}
