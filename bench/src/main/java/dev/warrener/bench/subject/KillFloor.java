package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.handler.HangHandler;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import dev.warrener.worker.process.Worker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The floor for a kill: the time that the kernel needs to end the workers' JVMs. A C program starts
 * the same commands, sends them a controller's first frames, kills them, and waits for each.
 */
public final class KillFloor {
  private final MeasuredPrograms programs;
  private final List<String> workerCommand;
  private final Optional<Path> program;

  private KillFloor(MeasuredPrograms programs, List<String> workerCommand, Optional<Path> program) {
    this.programs = programs;
    this.workerCommand = workerCommand;
    this.program = program;
  }

  /** Compiles the C program, if there is a compiler. */
  public static KillFloor of(MeasuredPrograms programs, List<String> workerCommand) {
    var source = programs.resource("floor.c");
    var program = programs.folder().resolve("floor");
    var compiler = MeasuredPrograms.find("cc", "gcc", "clang");
    compiler.ifPresent(found ->
        MeasuredPrograms.output(
            List.of(found, "-O2", "-o", program.toString(), source.toString())));
    return new KillFloor(
        programs,
        workerCommand,
        Files.isExecutable(program) ? Optional.of(program) : Optional.empty());
  }

  /** Returns why the floor can't be measured; empty if it can. */
  public Optional<MissingPeer> missing() {
    return program.isPresent()
        ? Optional.empty()
        : Optional.of(
            new MissingPeer("C floor", "there is no C compiler", "apt-get install gcc libc6-dev"));
  }

  /**
   * Starts workers and kills them. Returns the time from the first SIGKILL to the end of the last
   * {@code waitpid}, in milliseconds.
   */
  public double killMillis(int workers, boolean busy) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                program.orElseThrow().toString(),
                Integer.toString(workers),
                frames(programs, busy).toString(),
                busy ? "2" : "1",
                "kill"));
    command.addAll(workerCommand);
    return number(command);
  }

  /**
   * Starts a command. Returns the time from its fork to the first byte that it writes to descriptor
   * 3, in milliseconds. A worker's first byte there begins its READY frame.
   */
  public double readyMillis(List<String> command) throws IOException {
    var words =
        new ArrayList<>(
            List.of(
                program.orElseThrow().toString(),
                "1",
                frames(programs, false).toString(),
                "1",
                "ready"));
    words.addAll(command);
    return number(words);
  }

  /** Writes the file with a controller's first frames: HELLO, and for a busy worker its task. */
  private static Path frames(MeasuredPrograms programs, boolean busy) {
    var bytes = new ByteArrayOutputStream();
    try (var writer = new FrameWriter(bytes)) {
      writer.write(
          Frame.builder(FrameType.HELLO)
              .field("version", Frame.PROTOCOL_VERSION)
              .field("worker", "floor/1")
              .field("incarnation", 1)
              .field("controller", "floor")
              .field("lease-millis", 600_000)
              .build());
      if (busy) {
        writer.write(
            Frame.builder(FrameType.TASK)
                .field("task", "floor")
                .field("attempt", 1)
                .field("queue", "floor")
                .field("handler", HangHandler.NAME)
                .field("content-type", "application/json")
                .build());
      }
      writer.flush();
      return Files.write(
          programs.folder().resolve(busy ? "busy.frames" : "idle.frames"), bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the command line of one of a controller's running workers.
   *
   * @throws IllegalStateException if the controller has no worker
   */
  public static List<String> workerCommandBelow(long controller) {
    return workersBelow(controller).stream()
        .findFirst()
        .map(ProcessFigures::commandLine)
        .orElseThrow(
            () -> new IllegalStateException("controller " + controller + " has no worker"));
  }

  /** Returns the process ids of a controller's workers. */
  public static List<Long> workersBelow(long controller) {
    return ProcessFigures.descendants(controller).stream()
        .filter(pid -> {
          var words = ProcessFigures.commandLine(pid);
          return words.contains(Worker.class.getName()) && words.getFirst().endsWith("java");
        })
        .toList();
  }

  /** Runs a command, and returns the number that it prints. */
  static double number(List<String> command) throws IOException {
    var printed = MeasuredPrograms.output(command, 300);
    try {
      return Double.parseDouble(printed);
    } catch (NumberFormatException e) {
      throw new IOException(command.getFirst() + " printed no number: " + printed, e);
    }
  }
}
