package dev.warrener.ops.invocation;

import dev.warrener.ops.screen.Lines;
import java.io.PrintStream;

/**
 * A sentence that is printed when Ctrl-C ends the process, until it is closed. The process then
 * ends with 130 by itself.
 */
public final class Interruption implements AutoCloseable {
  private final Thread hook;

  public Interruption(PrintStream err, String sentence) {
    hook =
        Thread.ofPlatform()
            .name("interruption")
            .unstarted(() -> {
              Lines.write(err, "");
              Lines.write(err, sentence);
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
