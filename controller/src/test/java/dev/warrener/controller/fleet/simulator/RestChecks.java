package dev.warrener.controller.fleet.simulator;

import static dev.warrener.controller.fleet.simulator.Violation.require;

import java.util.ArrayList;
import java.util.List;

/**
 * Judges what must hold once the faults are over and nothing is under way: NO_TASK_IS_LOST,
 * CONSUMES_WHAT_IT_WANTS, EVERYTHING_ENDS.
 */
final class RestChecks {
  private final Simulation simulation;
  private final WorldChecks world;

  RestChecks(Simulation simulation, WorldChecks world) {
    this.simulation = simulation;
    this.world = world;
  }

  /** What must be so when nothing is under way any more. */
  void atRest(List<String> published) {
    for (var task : published) {
      require(world.hasEnded(task), Check.NO_TASK_IS_LOST, task, "has not ended and is nowhere");
    }
    var unanswered = new ArrayList<String>();
    for (var controller : simulation.controllers) {
      var queue = controller.consumesUnwanted();
      require(
          queue == null,
          Check.CONSUMES_WHAT_IT_WANTS,
          controller.id,
          ": whether it consumes",
          queue,
          "is not what it means");
      unanswered.addAll(simulation.operator.unanswered(controller.id));
    }
    require(
        unanswered.isEmpty(),
        Check.EVERYTHING_ENDS,
        "these orders are not answered by everyone:",
        unanswered);
  }
}
