package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.handler.HangHandler;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel needs to end the workers' JVMs: a C program that starts the same commands, speaks
 * the first words to them as a controller would, kills them and waits for each.
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

  /** Compiles it, where there is a compiler. */
  public static KillFloor of(MeasuredPrograms programs, List<String> workerCommand) {
    var source = programs.resource("floor.c");
    var program = programs.folder().resolve("floor");
    var compiler = MeasuredPrograms.find("cc", "gcc", "clang");
    compiler.ifPresent(found ->
        MeasuredPrograms.output(List.of(found, "-O2", "-o", program.toString(), source.toString())));
    return new KillFloor(
        programs,
        workerCommand,
        Files.isExecutable(program) ? Optional.of(program) : Optional.empty());
  }

  /** Why it can't be measured here; empty if it can. */
  public Optional<MissingPeer> missing() {
    return program.isPresent()
        ? Optional.empty()
        : Optional.of(new MissingPeer("C floor", "no C compiler", "apt-get install gcc libc6-dev"));
  }

  /** From the first SIGKILL to the end of the last {@code waitpid}, in milliseconds. */
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
   * From the fork of a command to the first byte that it writes to descriptor 3, in milliseconds:
   * of a worker that is the word that it is ready.
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

  /** What a controller says first to a worker; to a busy one also the task that it runs. */
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
   * The command line of one of a controller's workers, as it runs.
   *
   * @throws IllegalStateException if it has none
   */
  public static List<String> workerCommandBelow(long controller) {
    return workersBelow(controller).stream()
        .findFirst()
        .map(ProcessFigures::commandLine)
        .orElseThrow(
            () -> new IllegalStateException("controller " + controller + " has no worker"));
  }

  /** The process ids of a controller's workers. */
  public static List<Long> workersBelow(long controller) {
    return ProcessFigures.descendants(controller).stream()
        .filter(pid -> {
          var words = ProcessFigures.commandLine(pid);
          return words.contains("dev.warrener.worker.Worker") && words.getFirst().endsWith("java");
        })
        .toList();
  }

  /** The one number that a command prints. */
  static double number(List<String> command) throws IOException {
    var printed = MeasuredPrograms.output(command, 300);
    try {
      return Double.parseDouble(printed);
    } catch (NumberFormatException e) {
      throw new IOException(command.getFirst() + " printed no number: " + printed, e);
    }
  }
}
