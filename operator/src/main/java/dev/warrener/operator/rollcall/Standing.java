package dev.warrener.operator.rollcall;

/** The state of an order at one controller; see the diagram of the package. */
public enum Standing {
  /** It has not answered. */
  SILENT("silent"),
  /** It has the order, and is not done. */
  HEARD("at it"),
  /** It is done, and nothing failed. */
  DONE("done"),
  /** It is done, and something failed. */
  FAILED("failed"),
  /** It has refused the order, with a reason. */
  REFUSED("refused");

  private final String word;

  Standing(String word) {
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
