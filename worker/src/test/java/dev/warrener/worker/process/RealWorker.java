package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.frame.FrameType;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A worker process, started as a controller starts one, but for what contains and kills it. */
final class RealWorker implements AutoCloseable {
  private static final String WRAPPER = "exec 3>&1 1>&2 4<&0 0</dev/null; exec \"$@\"";
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final ControllerSide controller;
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final Thread stderrReader;

  private RealWorker(List<String> command) throws IOException {
    List<String> wrapped = new ArrayList<>(List.of("sh", "-c", WRAPPER, "worker"));
    wrapped.addAll(command);
    var builder = new ProcessBuilder(wrapped);
    // A controller gives its workers nothing of its own, and the tests' own settings are no part of
    // it.
    builder.environment().keySet().removeIf(name -> name.startsWith("WARRENER_"));
    builder.environment().put(Worker.FRAMES_IN, "4");
    builder.environment().put(Worker.FRAMES_OUT, "3");
    process = builder.start();
    controller = new ControllerSide(process.getInputStream(), process.getOutputStream());
    stderrReader = Thread.ofPlatform().daemon().start(this::readStderr);
  }

  /** A worker of the built jar with those options. */
  static RealWorker withOptions(String... options) throws IOException {
    return java(List.of(), List.of(), options);
  }

  /** A worker that has {@link TrialHandlers} as well. */
  static RealWorker withTrialHandlers(Path folder) throws IOException {
    return java(List.of(), trialClassPath(folder));
  }

  /** A worker with those flags for its virtual machine, entries of its class path, and options. */
  static RealWorker java(List<String> flags, List<String> classPath, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(LaunchFlags.of(LaunchFlags.Compiler.BOTH));
    command.addAll(flags);
    List<String> entries = new ArrayList<>(List.of(builtJar()));
    entries.addAll(classPath);
    command.addAll(List.of("-cp", String.join(File.pathSeparator, entries)));
    command.add(Worker.class.getName());
    command.addAll(List.of(options));
    return new RealWorker(command);
  }

  /** A worker that is any program. */
  static RealWorker program(String... command) throws IOException {
    return new RealWorker(List.of(command));
  }

  /** The class path with {@link TrialHandlers}, offered by a file in {@code folder}. */
  static List<String> trialClassPath(Path folder) throws IOException {
    Path services = folder.resolve("META-INF/services/" + TaskHandler.class.getName());
    Files.createDirectories(services.getParent());
    Files.write(services, TrialHandlers.CLASS_NAMES);
    return List.of(folder.toString(), whereIs(RealWorker.class));
  }

  ControllerSide controller() {
    return controller;
  }

  /** Says HELLO with a long lease, and waits for READY. */
  ControllerSide ready() throws IOException {
    controller.hello();
    controller.until(FrameType.READY);
    return controller;
  }

  long pid() {
    return process.pid();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Sends a signal by name. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-s", name, Long.toString(pid())).start().waitFor();
  }

  /** Waits until the process has ended, and says with which status. */
  int exit() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the worker " + pid() + " has not ended");
    }
    return process.exitValue();
  }

  /** What has come out of the process's own stdout and stderr; waits until all of it has. */
  String stderr() throws InterruptedException {
    stderrReader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    return stderr.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
  }

  private void readStderr() {
    try {
      process.getErrorStream().transferTo(stderr);
    } catch (IOException e) {
      // The process is gone.
    }
  }

  private static String builtJar() {
    String jar = whereIs(Worker.class);
    if (!jar.endsWith(".jar")) {
      throw new AssertionError("these tests need the built jar, not " + jar + ": mvn verify");
    }
    return jar;
  }

  private static String whereIs(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
