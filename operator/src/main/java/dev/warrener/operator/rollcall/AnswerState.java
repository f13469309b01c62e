package dev.warrener.operator.rollcall;

/** The state of an order at one controller. The package page has a diagram. */
public enum AnswerState {
  /** The controller has not answered. */
  SILENT("silent"),
  /** The controller has received the order, and is not done. */
  WORKING("at it"),
  /** The order is done, and nothing failed. */
  DONE("done"),
  /** The order is done, and something failed. */
  FAILED("failed"),
  /** The controller has refused the order, with a reason. */
  REFUSED("refused");

  private final String word;

  AnswerState(String word) {
    this.word = word;
  }

  /** Returns the name on screens and in JSON. */
  public String word() {
    return word;
  }

  /** Whether the controller will report nothing more about the order. */
  public boolean isFinal() {
    return this == DONE || this == FAILED || this == REFUSED;
  }
}
