package dev.warrener.worker.builtin;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;

/** Ends its own process, by a signal or by an exit status. */
final class CrashHandler implements TaskHandler {
  private static final int MAXIMUM_SIGNAL = 64;
  private static final int MAXIMUM_STATUS = 255;
  private static final int SIGNALLED = 128;
  private static final long SIGNAL_MILLIS = 10_000;

  @Override
  public String name() {
    return "crash";
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    Input fields = Input.of(input);
    if (fields.has("signal") == fields.has("exit")) {
      throw new InvalidInputException("the input must have one of the fields 'signal' and 'exit'");
    }
    if (fields.has("exit")) {
      System.exit(fields.wholeNumber("exit", 0, MAXIMUM_STATUS));
    }
    int signal = fields.wholeNumber("signal", 1, MAXIMUM_SIGNAL);
    long pid = ProcessHandle.current().pid();
    if (pid == 1) {
      // The first process of a PID namespace gets no signal from within it.
      Runtime.getRuntime().halt(SIGNALLED + signal);
    }
    new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid).start();
    Thread.sleep(SIGNAL_MILLIS);
    throw new IllegalStateException("signal " + signal + " has not ended the process");
  }
}
