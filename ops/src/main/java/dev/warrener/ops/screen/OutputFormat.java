package dev.warrener.ops.screen;

/** The formats of results. */
public enum OutputFormat {
  /** A table, for people. */
  TABLE,
  /** One JSON value at the end. */
  JSON,
  /** One JSON value a line, as things happen. */
  JSONL,
  /** Bare names or ids, one a line, for {@code xargs}. */
  NAME;

  /** Returns the name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
