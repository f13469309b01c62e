package dev.warrener.bench;

import picocli.CommandLine;

/** The start of {@code warrener bench}. */
public final class BenchMain {
  private BenchMain() {}

  /** Runs it, and exits with its status. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new BenchCommand())
            .setExecutionExceptionHandler(BenchMain::told)
            .execute(arguments));
  }

  private static int told(Exception e, CommandLine command, CommandLine.ParseResult result) {
    command.getErr().println("error: " + e.getMessage());
    if (Boolean.getBoolean("warrener.bench.stacks")) {
      e.printStackTrace(command.getErr());
    }
    return 1;
  }
}
