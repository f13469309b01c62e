package dev.warrener.worker.process;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command for each task. The command's stdin is the input, its stdout the result, its stderr
 * becomes log lines, and its exit status decides whether the run has succeeded. When the run is
 * cancelled, the command gets SIGTERM.
 */
final class CommandHandler implements TaskHandler {
  /** The handler name that stands for any name. */
  static final String ANY = "*";

  private static final int MAXIMUM_TAIL_BYTES = 8 * 1024;

  /** The wait for a command's children to close its output after the command has ended: 1 s. */
  private static final long LEFT_BEHIND_MILLIS = 1_000;

  private static final int SIGNALLED = 128;

  /** The exit status by which the shell and the JDK report a death by SIGTERM. */
  private static final int TERMINATED = SIGNALLED + 15;

  /** The longest time between the arrivals of one signal at the processes of one service. */
  private static final long SIGNAL_MILLIS = 250;

  /** The most commands in the life of a worker whose output may be held open after their end. */
  private static final int MOST_LEFT_BEHIND = 8;

  private final List<String> command;
  private final long maximumResultBytes;

  /** Owned by the main thread. */
  private int leftBehind;

  CommandHandler(List<String> command, long maximumResultBytes) {
    this.command = List.copyOf(command);
    this.maximumResultBytes = maximumResultBytes;
  }

  /** Whether too many commands have left processes behind for another one to be run here. */
  boolean isSpent() {
    return leftBehind >= MOST_LEFT_BEHIND;
  }

  @Override
  public String name() {
    return ANY;
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    Process process = start(context);
    var feeder = new Feeder(process.getOutputStream(), input);
    var value = new BoundedOutput(maximumResultBytes, process.toHandle());
    var log = new OutputTail(System.err, MAXIMUM_TAIL_BYTES);
    var valuePump = new Pump(process.getInputStream(), value);
    var logPump = new Pump(process.getErrorStream(), log);
    Threads.startDaemon("command-stdin", feeder);
    Threads.startDaemon("command-stdout", valuePump);
    Threads.startDaemon("command-stderr", logPump);

    int status = awaitExit(process);
    boolean valueEnded = valuePump.end(LEFT_BEHIND_MILLIS);
    boolean logEnded = logPump.end(LEFT_BEHIND_MILLIS);
    feeder.end();
    if (!valueEnded || !logEnded) {
      noteLeftBehind(context);
    }
    byte[] result = value.take();
    if (value.isOverfull()) {
      throw new RunFailedException(
          new Failure(
              ErrorType.RESULT_TOO_LARGE,
              "the command wrote more than the "
                  + maximumResultBytes
                  + " bytes that are allowed, and was killed"));
    }
    if (status != 0) {
      Failure failure = exit(status, log.tail());
      throw new RunFailedException(
          status == TERMINATED && !context.isCancelled() && wasServiceSignalled()
              ? new Failure(ErrorType.TERMINATED, failure.message(), failure.stack())
              : failure);
    }
    return result(result);
  }

  /**
   * Whether somebody has signalled all processes of a service, this one too. If so, the controller
   * is given a moment to notice that it was told to stop as well, before it hears of the run's end.
   */
  private static boolean wasServiceSignalled() {
    Uninterruptibly.sleep(SIGNAL_MILLIS);
    if (!StopSignal.isReceived()) {
      return false;
    }
    Uninterruptibly.sleep(SIGNAL_MILLIS);
    return true;
  }

  /**
   * The process that was left behind keeps the two threads that read its output for as long as it
   * lives: nothing can wake them. So a worker that has many such processes makes room for a new
   * one, and they end with it.
   */
  private void noteLeftBehind(TaskContext context) {
    leftBehind++;
    context.log().warn("the command has left a process behind that still holds its output");
    if (isSpent()) {
      context
          .log()
          .warn(
              leftBehind
                  + " commands have left processes behind that hold their output: this worker and"
                  + " those processes end after this task");
    }
  }

  private Process start(TaskContext context) throws RunFailedException, InvalidInputException {
    requireNoNul("id", context.id());
    requireNoNul("batch", context.batch().orElse(""));
    var builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.remove(Worker.FRAMES_IN);
    environment.remove(Worker.FRAMES_OUT);
    environment.put("WARRENER_TASK_ID", context.id());
    environment.put("WARRENER_ATTEMPT", Integer.toString(context.attempt()));
    environment.put("WARRENER_QUEUE", context.queue());
    environment.put("WARRENER_HANDLER", context.handler());
    putIfKnown(environment, "WARRENER_BATCH", context.batch());
    putIfKnown(environment, "WARRENER_DEADLINE", context.deadline());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new RunFailedException(
          new Failure(
              ErrorType.COMMAND,
              "the command '" + command.get(0) + "' can't be started: " + e.getMessage()));
    }
  }

  private static void requireNoNul(String what, String value) throws InvalidInputException {
    if (value.indexOf('\0') >= 0) {
      throw new InvalidInputException(
          "the task's "
              + what
              + " has a NUL character, which the environment of a command can't hold");
    }
  }

  private static void putIfKnown(Map<String, String> environment, String name, Optional<?> value) {
    if (value.isPresent()) {
      environment.put(name, value.get().toString());
    } else {
      environment.remove(name);
    }
  }

  private static int awaitExit(Process process) {
    while (true) {
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        // Cancelled. Process.destroy() would also close the command's output, which is still read.
        process.toHandle().destroy();
      }
    }
  }

  private static Failure exit(int status, String tail) {
    String what =
        status > SIGNALLED
            ? "the command was ended by signal " + (status - SIGNALLED) + " (status " + status + ")"
            : "the command exited with status " + status;
    int lastLine = tail.lastIndexOf('\n') + 1;
    return new Failure(
        ErrorType.EXIT, tail.isEmpty() ? what : what + ": " + tail.substring(lastLine), tail);
  }

  private static TaskResult result(byte[] value) {
    if (value.length == 0) {
      return TaskResult.none();
    }
    return TaskResult.of(Json.isValid(value) ? TaskResult.JSON : TaskResult.OCTET_STREAM, value);
  }

  /** Writes the input to the command, which need not read it. */
  private static final class Feeder implements Runnable {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final OutputStream stdin;

    /** What is not needed any more is let go, though a write may wait for ever. */
    private volatile byte @Nullable [] input;

    Feeder(OutputStream stdin, byte[] input) {
      this.stdin = stdin;
      this.input = input;
    }

    /** Lets go of the input, because the command has ended. */
    void end() {
      input = null;
    }

    private byte @Nullable [] chunk(int from) {
      byte[] all = input;
      return all == null || from >= all.length
          ? null
          : Arrays.copyOfRange(all, from, Math.min(all.length, from + CHUNK_BYTES));
    }

    @Override
    public void run() {
      try (stdin) {
        int at = 0;
        byte[] chunk;
        while ((chunk = chunk(at)) != null) {
          stdin.write(chunk);
          at += chunk.length;
        }
      } catch (IOException e) {
        // The command has closed its stdin or ended: its exit status says whether it succeeded.
      }
    }
  }
}
