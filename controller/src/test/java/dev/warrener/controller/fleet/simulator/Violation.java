package dev.warrener.controller.fleet.simulator;

import org.jspecify.annotations.Nullable;

/** An invariant does not hold. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  private final Check check;

  Violation(Check check, String detail) {
    super(check + " does not hold: " + detail);
    this.check = check;
  }

  /** Fails with a sentence of {@code words} unless {@code holds}. */
  static void require(boolean holds, Check check, @Nullable Object... words) {
    if (!holds) {
      throw new Violation(check, Simulation.sentence(words));
    }
  }

  /** Returns {@code thing}, and fails with a sentence of {@code words} if it is null. */
  static <T> T known(@Nullable T thing, Check check, @Nullable Object... words) {
    if (thing == null) {
      throw new Violation(check, Simulation.sentence(words));
    }
    return thing;
  }

  Check check() {
    return check;
  }
}
