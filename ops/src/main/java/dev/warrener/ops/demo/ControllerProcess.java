package dev.warrener.ops.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A controller in a JVM of its own, with this JVM's class path. It ends when this process does,
 * however that happens: its stdin ends then. Thread-safe.
 */
public final class ControllerProcess implements AutoCloseable {
  /**
   * The system property of a controller that must not outlive the program that started it: the
   * controller ends when its stdin ends.
   */
  public static final String ENDS_WITH_STDIN = "warrener.ends-with-stdin";

  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Process process;
  private final Thread reader;

  private ControllerProcess(Process process, Thread reader) {
    this.process = process;
    this.reader = reader;
  }

  /**
   * Starts one.
   *
   * @param properties system properties of its JVM
   * @param environment variables added to this process's own
   * @param mainClass of the program
   * @param arguments of the program
   * @param lines receives its lines on stdout and stderr, on a thread of its own
   * @throws IOException if it can't be started
   */
  public static ControllerProcess start(
      Map<String, String> properties,
      Map<String, String> environment,
      String mainClass,
      List<String> arguments,
      Consumer<String> lines)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED"));
    command.add("-D" + ENDS_WITH_STDIN + "=true");
    properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    var process = builder.start();
    var reader =
        Thread.ofPlatform().daemon().name("controller output").start(() -> read(process, lines));
    return new ControllerProcess(process, reader);
  }

  private static void read(Process process, Consumer<String> lines) {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.accept(line);
      }
    } catch (IOException e) {
      // The process has ended: there is no more output.
    }
  }

  /** Returns the process id of the controller. */
  public long pid() {
    return process.pid();
  }

  /** Whether it has not ended yet. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it has ended. Returns false if it has not in time. */
  public boolean awaitEnd(Duration timeout) throws InterruptedException {
    return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Returns the exit status of the controller, which must have ended. */
  public int exitStatus() {
    return process.exitValue();
  }

  /**
   * Ends the controller with its workers: closes its stdin, and sends SIGKILL if that does not
   * help.
   */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already.
    }
    try {
      if (!awaitEnd(GRACE)) {
        process.toHandle().destroyForcibly();
        awaitEnd(GRACE);
      }
      reader.join(GRACE);
    } catch (InterruptedException e) {
      process.toHandle().destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
