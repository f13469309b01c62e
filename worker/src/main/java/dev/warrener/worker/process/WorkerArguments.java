package dev.warrener.worker.process;

import dev.warrener.worker.builtin.BuiltInChoice;
import dev.warrener.worker.frame.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a worker process.
 *
 * @param maximumResultBytes the most bytes that a handler may return, 64 MiB by default
 * @param builtIn which built-in handlers are available, {@link BuiltInChoice#BASIC} by default
 * @param handlers class paths with handlers, each of which gets a class loader of its own; none by
 *     default
 * @param command the command to run for each task instead of handlers; null by default
 */
record WorkerArguments(
    long maximumResultBytes,
    BuiltInChoice builtIn,
    List<String> handlers,
    @Nullable List<String> command)
    implements HandlerSource {
  static final String USAGE =
      "[--max-result-bytes N] [--built-in basic|all|none] [--no-built-in (earlier name of"
          + " --built-in none)] [--handlers CLASS-PATH]... [--exec COMMAND [ARGUMENT...]]";

  private static final long DEFAULT_RESULT_BYTES = 64 << 20;
  private static final long MAXIMUM_RESULT_BYTES = Frame.MAXIMUM_BYTES - (1 << 20);

  /**
   * Parses a command line.
   *
   * @throws UnusableWorkerException if an argument is no option, or its value is invalid
   */
  static WorkerArguments parse(String... arguments) throws UnusableWorkerException {
    long maximumResultBytes = DEFAULT_RESULT_BYTES;
    BuiltInChoice builtIn = BuiltInChoice.BASIC;
    List<String> handlers = new ArrayList<>();
    List<String> command = null;
    for (int at = 0; at < arguments.length && command == null; at++) {
      String option = arguments[at];
      if (option.equals("--max-result-bytes")) {
        at++;
        maximumResultBytes = number(option, at < arguments.length ? arguments[at] : "");
      } else if (option.equals("--built-in")) {
        at++;
        builtIn = choice(option, at < arguments.length ? arguments[at] : "");
      } else if (option.equals("--no-built-in")) {
        builtIn = BuiltInChoice.NONE;
      } else if (option.equals("--handlers") && at + 1 < arguments.length) {
        at++;
        handlers.add(arguments[at]);
      } else if (option.equals("--exec")) {
        command = Arrays.asList(arguments).subList(at + 1, arguments.length);
      } else {
        throw new UnusableWorkerException("a worker has no option '" + option + "': " + USAGE);
      }
    }
    if (maximumResultBytes < 0 || maximumResultBytes > MAXIMUM_RESULT_BYTES) {
      throw new UnusableWorkerException(
          "--max-result-bytes must be from 0 to " + MAXIMUM_RESULT_BYTES);
    }
    if (command != null && command.isEmpty()) {
      throw new UnusableWorkerException("--exec needs a command");
    }
    return new WorkerArguments(maximumResultBytes, builtIn, handlers, command);
  }

  /** Creates the handlers that this command line asks for. */
  @Override
  public Handlers load() throws UnusableWorkerException {
    if (command != null) {
      return new HandlerForAll(new CommandHandler(command, maximumResultBytes));
    }
    return FoundHandlers.load(
        System.getProperty("java.class.path", ""),
        handlers,
        WorkerArguments.class.getClassLoader(),
        builtIn);
  }

  private static BuiltInChoice choice(String option, String value) throws UnusableWorkerException {
    for (BuiltInChoice choice : BuiltInChoice.values()) {
      if (choice.text().equals(value)) {
        return choice;
      }
    }
    throw new UnusableWorkerException(option + " needs basic, all or none, not '" + value + "'");
  }

  private static long number(String option, String value) throws UnusableWorkerException {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new UnusableWorkerException(option + " needs a whole number, not '" + value + "'");
    }
  }
}
