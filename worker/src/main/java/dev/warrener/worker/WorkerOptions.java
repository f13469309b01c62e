package dev.warrener.worker;

import dev.warrener.worker.frame.Frame;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker process is told on its command line.
 *
 * @param maximumResultBytes how many bytes a handler may return, 64 MiB by default
 * @param builtIn whether the built-in handlers are there, true by default
 * @param command what to run for each task in place of handlers; null by default
 */
record WorkerOptions(long maximumResultBytes, boolean builtIn, @Nullable List<String> command) {
  static final String USAGE =
      "[--max-result-bytes N] [--no-built-in] [--exec COMMAND [ARGUMENT...]]";

  private static final long DEFAULT_RESULT_BYTES = 64 << 20;
  private static final long MAXIMUM_RESULT_BYTES = Frame.MAXIMUM_BYTES - (1 << 20);

  WorkerOptions {
    if (maximumResultBytes < 0 || maximumResultBytes > MAXIMUM_RESULT_BYTES) {
      throw new IllegalArgumentException(
          "--max-result-bytes must be from 0 to " + MAXIMUM_RESULT_BYTES);
    }
    if (command != null && command.isEmpty()) {
      throw new IllegalArgumentException("--exec needs a command");
    }
  }

  /**
   * Reads a command line.
   *
   * @throws IllegalArgumentException if there is something on it that isn't an option, with a
   *     sentence
   */
  static WorkerOptions parse(String... arguments) {
    long maximumResultBytes = DEFAULT_RESULT_BYTES;
    boolean builtIn = true;
    List<String> command = null;
    for (int at = 0; at < arguments.length && command == null; at++) {
      String option = arguments[at];
      if (option.equals("--max-result-bytes")) {
        at++;
        maximumResultBytes = number(option, at < arguments.length ? arguments[at] : "");
      } else if (option.equals("--no-built-in")) {
        builtIn = false;
      } else if (option.equals("--exec")) {
        command = Arrays.asList(arguments).subList(at + 1, arguments.length);
      } else {
        throw new IllegalArgumentException("a worker has no option '" + option + "': " + USAGE);
      }
    }
    return new WorkerOptions(maximumResultBytes, builtIn, command);
  }

  private static long number(String option, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " needs a whole number, not '" + value + "'");
    }
  }
}
