package dev.warrener.operator.rollcall;

/** Where one controller stands with an order; see the diagram of the package. */
public enum Standing {
  /** Nothing was heard of it. */
  SILENT("silent"),
  /** It has the order and is at it. */
  HEARD("at it"),
  /** All done. */
  DONE("done"),
  /** Done, and something failed. */
  FAILED("failed"),
  /** It did nothing, and said why. */
  REFUSED("refused");

  private final String word;

  Standing(String word) {
    this.word = word;
  }

  /** The word on screens and in JSON. */
  public String word() {
    return word;
  }

  /** Tells whether the controller has said its last word about the order. */
  public boolean isFinal() {
    return this == DONE || this == FAILED || this == REFUSED;
  }
}
