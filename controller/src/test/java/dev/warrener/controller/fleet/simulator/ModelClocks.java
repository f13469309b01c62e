package dev.warrener.controller.fleet.simulator;

import java.time.Duration;
import java.time.Instant;

/**
 * The clocks of one life: those of controllers, of operators and of the publisher. In a third of
 * all lives they are right. In the others each is wrong, and somebody may set it at any time.
 */
final class ModelClocks {
  /** More seconds than anything lasts that a controller waits for. */
  private static final int LONG = 120;

  private final Simulation simulation;
  private final boolean differ;
  private Duration publishers;

  /** How far any clock has ever been ahead of the true time. */
  private Duration most = Duration.ZERO;

  ModelClocks(Simulation simulation) {
    this.simulation = simulation;
    differ = !simulation.chance.oneIn(3);
    publishers = error(40);
  }

  /** Returns how far somebody's clock is ahead, so many seconds at most; below zero is behind. */
  Duration error(int mostSeconds) {
    if (!differ) {
      return Duration.ZERO;
    }
    var error =
        Duration.ofMillis(simulation.chance.below(mostSeconds * 2000) - mostSeconds * 1000L);
    most = error.compareTo(most) > 0 ? error : most;
    return error;
  }

  /** Returns the time that the publisher's clock shows. */
  Instant ofPublisher() {
    return simulation.now().plus(publishers);
  }

  /** Sets one of them while everything runs: by little, or by more than anything lasts. */
  void setOne() {
    var chance = simulation.chance;
    var ahead = error(chance.oneIn(3) ? LONG : 20);
    switch (chance.below(4)) {
      case 0 -> publishers = ahead;
      case 1 -> simulation.operator.setClock(ahead);
      default -> chance.of(simulation.controllers).setClock(ahead);
    }
  }

  /** Sets all of them right; returns a true time that is later than what any of them has shown. */
  Instant setAll() {
    publishers = Duration.ZERO;
    simulation.operator.setClocks();
    simulation.controllers.forEach(controller -> controller.setClock(Duration.ZERO));
    return simulation.now().plus(most);
  }
}
