package dev.warrener.bench.suite;

import java.io.IOException;

/** One comparison. */
public interface Suite {
  /** Its name in options and files. */
  String name();

  /** Measures, turn by turn. */
  void run(SuiteRun run) throws IOException, InterruptedException;
}
