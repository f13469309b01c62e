package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationTest {
  /**
   * More by {@code -Dwarrener.simulation.seeds=N}, one again by {@code
   * -Dwarrener.simulation.seed=S}.
   */
  private static final int SEEDS = Integer.getInteger("warrener.simulation.seeds", 2000);

  @Test
  void invariantsHoldWhateverHappensInWhateverOrder() {
    Long only = Long.getLong("warrener.simulation.seed");
    long steps = 0;
    long deaths = 0;
    long kills = 0;
    long first = only == null ? 1 : only;
    long last = only == null ? SEEDS : only;
    for (long seed = first; seed <= last; seed++) {
      var simulation = new Simulation(seed, true);
      try {
        run(simulation, true);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + " after " + simulation.steps + " steps: " + e.getMessage(), e);
      }
      steps += simulation.steps;
      deaths += simulation.deaths;
      kills += simulation.kills.size();
    }
    System.out.printf(
        "simulated %d seeds: %d steps, %d deaths of workers, %d kills%n",
        last - first + 1, steps, deaths, kills);
    assertThat(steps).isPositive();
  }

  @Test
  void withoutFaultsAndOrdersEveryTaskSucceedsOnce() {
    for (long seed = 1; seed <= 50; seed++) {
      var simulation = new Simulation(seed, false);
      simulation.connect();
      simulation.publish(40);
      simulation.finish();
      assertThat(simulation.successes)
          .hasSize(40)
          .allSatisfy((id, times) -> assertThat(times).isOne());
    }
  }

  private static void run(Simulation simulation, boolean losesConnection) {
    boolean cuts = losesConnection && simulation.chance(2);
    simulation.connect();
    simulation.publish(30);
    for (int i = 0; i < 600; i++) {
      if (simulation.chance(60)) {
        simulation.order(simulation.randomKill());
      }
      if (simulation.chance(80)) {
        simulation.order(
            simulation.order(
                dev.warrener.messaging.order.OrderKind.RESUME,
                dev.warrener.messaging.order.Scope.ALL,
                null,
                null,
                0));
      }
      if (cuts && simulation.chance(150)) {
        simulation.loseConnection();
      }
      if (simulation.chance(50)) {
        simulation.publish(2);
      }
      simulation.step();
    }
    simulation.finish();
  }
}
