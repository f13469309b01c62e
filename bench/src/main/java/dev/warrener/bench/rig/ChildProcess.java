package dev.warrener.bench.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A process that this program has started, with its output in a file. {@link #close} ends it. Its
 * stdin is a pipe from this program, so that the process can notice when this program ends.
 */
public final class ChildProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final String name;
  private final Process process;
  private final Path log;

  private ChildProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a process in {@code folder}, with a log file there.
   *
   * @param name the name in messages and of the log file
   * @param environment variables that are added to those of this program
   */
  public static ChildProcess start(
      String name, Path folder, Map<String, String> environment, List<String> command) {
    try {
      var log = Files.createTempFile(folder, name + "-", ".log");
      var builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      return new ChildProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the process id. */
  public long pid() {
    return process.pid();
  }

  /** Returns the process. */
  public Process process() {
    return process;
  }

  /** Returns everything that the process has printed so far. */
  public String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Fails if the process has ended.
   *
   * @throws IllegalStateException with the end of its output
   */
  public void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          name + " ended with " + process.exitValue() + "; its last output: " + lastOutput());
    }
  }

  /**
   * Waits until the process has ended with status 0.
   *
   * @throws IllegalStateException if it has not ended in time, or its status is not 0
   */
  public void awaitSuccess(long seconds) throws InterruptedException {
    var status = endWithin(seconds);
    if (status.isEmpty()) {
      throw new IllegalStateException(
          name + " has not ended within " + seconds + " s; its last output: " + lastOutput());
    }
    if (status.getAsInt() != 0) {
      throw new IllegalStateException(
          name + " ended with " + status.getAsInt() + "; its last output: " + lastOutput());
    }
  }

  /** Returns the exit status, or nothing if the process has not ended within the time. */
  public OptionalInt endWithin(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS)
        ? OptionalInt.of(process.exitValue())
        : OptionalInt.empty();
  }

  /** Asks the process to end (SIGTERM), and kills it if it is still there after 20 seconds. */
  @Override
  public void close() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
        process.waitFor();
      }
    } catch (InterruptedException e) {
      process.toHandle().destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String lastOutput() {
    var text = text().strip();
    return text.length() <= 2000 ? text : "…" + text.substring(text.length() - 2000);
  }
}
