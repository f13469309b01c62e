package dev.warrener.controller.fleet.simulator;

/** An invariant does not hold. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  private final Check check;

  Violation(Check check, String detail) {
    super(check + " does not hold: " + detail);
    this.check = check;
  }

  Check check() {
    return check;
  }
}
