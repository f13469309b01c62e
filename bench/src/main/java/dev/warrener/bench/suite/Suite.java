package dev.warrener.bench.suite;

import java.io.IOException;

/** A set of figures that are measured together. */
public interface Suite {
  /** Returns the name in options and files. */
  String name();

  /** Measures the figures, turn by turn. */
  void run(SuiteRun run) throws IOException, InterruptedException;
}
