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
 * A process that this run has started, with what it prints in a file. It is gone when it is closed;
 * and it holds the other end of a pipe, so that it can notice when we are.
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
   * Starts one.
   *
   * @param environment added to ours
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

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** The process. */
  public Process process() {
    return process;
  }

  /** Everything that it has printed so far. */
  public String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Fails if it has ended.
   *
   * @throws IllegalStateException with what it had printed last
   */
  public void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          name + " ended with " + process.exitValue() + "; it said: " + lastWords());
    }
  }

  /**
   * Waits for its end.
   *
   * @throws IllegalStateException if that is not in time, or its status is not 0
   */
  public void awaitSuccess(long seconds) throws InterruptedException {
    var status = endWithin(seconds);
    if (status.isEmpty()) {
      throw new IllegalStateException(
          name + " has not ended within " + seconds + " s; it said: " + lastWords());
    }
    if (status.getAsInt() != 0) {
      throw new IllegalStateException(
          name + " ended with " + status.getAsInt() + "; it said: " + lastWords());
    }
  }

  /** Its status, or nothing if it has not ended by then. */
  public OptionalInt endWithin(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS)
        ? OptionalInt.of(process.exitValue())
        : OptionalInt.empty();
  }

  /** Asks it to end, waits, and kills it if it doesn't. */
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

  private String lastWords() {
    var text = text().strip();
    return text.length() <= 2000 ? text : "…" + text.substring(text.length() - 2000);
  }
}
