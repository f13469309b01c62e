package dev.warrener.ops.invocation;

import java.io.PrintStream;

/**
 * What is said when Ctrl-C ends the process while somebody watches; closed, nothing is said. The
 * process ends with 130 by itself then.
 */
public final class Interruption implements AutoCloseable {
  private final Thread hook;

  public Interruption(PrintStream err, String sentence) {
    hook =
        Thread.ofPlatform()
            .name("interruption")
            .unstarted(() -> {
              err.println();
              err.println(sentence);
              err.flush();
            });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs, as it should.
    }
  }
}
