package dev.warrener.bench;

import picocli.CommandLine;

/** Starts {@code warrener bench}. */
public final class BenchMain {
  private BenchMain() {}

  /** Runs the command, and exits with its status. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new BenchCommand())
            .setExecutionExceptionHandler(BenchMain::reported)
            .execute(arguments));
  }

  private static int reported(Exception e, CommandLine command, CommandLine.ParseResult result) {
    command.getErr().println("error: " + e.getMessage());
    if (Boolean.getBoolean("warrener.bench.stacks")) {
      e.printStackTrace(command.getErr());
    }
    return 1;
  }
}
