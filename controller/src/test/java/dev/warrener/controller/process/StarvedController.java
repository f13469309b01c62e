package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@link StarvedUnderTest} as a process, with what it prints. */
final class StarvedController implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;
  private static final int DUMP_SECONDS = 3;
  private static final int ENDED_BY_KILL = 137;

  private final Process process;
  private final BufferedReader output;
  private final BufferedWriter input;
  private final List<String> said = new ArrayList<>();

  private StarvedController(Process process) {
    this.process = process;
    output = process.inputReader(StandardCharsets.UTF_8);
    input = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Starts a controller.
   *
   * @param prefix the program that starts it, with its arguments, or none
   * @param unconfirmedMillis when it gives a worker up
   * @param pids how many processes a worker may have; 0 for any number
   */
  static StarvedController start(
      List<String> prefix,
      String classPath,
      ContainmentChoice tier,
      int unconfirmedMillis,
      int pids)
      throws IOException {
    var command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            StarvedUnderTest.class.getName(),
            tier.text(),
            Integer.toString(unconfirmedMillis),
            Integer.toString(pids)));
    return new StarvedController(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The process that was started, which need not be the controller itself. */
  Process process() {
    return process;
  }

  /** Tells it something and waits until it has done that. */
  void tell(String line) throws IOException {
    tellOnly(line);
    await("DONE\t" + line);
  }

  /** Tells it something of which it may never say that it is done. */
  void tellOnly(String line) throws IOException {
    input.write(line + "\n");
    input.flush();
  }

  /** Starts a worker that runs a script and then waits; returns when that is so. */
  void spawnAndAwaitUp(int slot, String script) throws IOException {
    spawn(slot, script);
    await("LINE\t" + slot + "\tup");
  }

  /** Returns the process of a worker that is up. */
  ProcessId worker(int slot) throws IOException {
    long pid = Long.parseLong(await("SPAWNED\t" + slot).split("\t", -1)[2]);
    return Objects.requireNonNull(Stat.of(pid), "worker " + slot + " is gone").id();
  }

  void spawn(int slot, String script) throws IOException {
    String all = script + "\necho up; while :; do sleep 1000; done";
    tell("spawn " + slot + " " + URLEncoder.encode(all, StandardCharsets.UTF_8));
  }

  /**
   * Waits for a line that begins with one of some beginnings, said now or before. A controller that
   * says nothing of the kind for a minute is ended, and what its threads did then is in the
   * failure.
   */
  String await(String... beginnings) throws IOException {
    var giveUp = CompletableFuture.runAsync(this::dumpAndEnd, later(PATIENCE_SECONDS));
    try {
      return read(beginnings);
    } finally {
      giveUp.cancel(false);
    }
  }

  private static Executor later(int seconds) {
    return CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
  }

  /** Has the controller print what its threads do, and ends it. */
  private void dumpAndEnd() {
    Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .filter(one -> one.info().command().orElse("").endsWith("/java"))
        .forEach(java -> {
          try {
            new ProcessBuilder("kill", "-QUIT", Long.toString(java.pid())).start();
          } catch (IOException e) {
            System.err.println("no thread dump of " + java.pid() + ": " + e);
          }
        });
    later(DUMP_SECONDS).execute(this::destroy);
  }

  /** Waits as {@link #await} does; returns null if the controller has ended without such a line. */
  @Nullable String awaitUnlessEnded(String... beginnings) throws Exception {
    try {
      return await(beginnings);
    } catch (AssertionError e) {
      assertThat(process.waitFor()).as(e.getMessage()).isNotEqualTo(ENDED_BY_KILL);
      return null;
    }
  }

  private String read(String... beginnings) throws IOException {
    for (String line : said) {
      if (begins(line, beginnings)) {
        said.remove(line);
        return line;
      }
    }
    String line;
    while ((line = output.readLine()) != null) {
      if (begins(line, beginnings)) {
        return line;
      }
      said.add(line);
    }
    throw new AssertionError(
        "the controller ended without "
            + List.of(beginnings)
            + "; it said "
            + String.join("\n", said));
  }

  private static boolean begins(String line, String... beginnings) {
    for (String beginning : beginnings) {
      if (line.equals(beginning) || line.startsWith(beginning + "\t")) {
        return true;
      }
    }
    return false;
  }

  /** Lets it end, with all its workers. */
  void end() throws Exception {
    tellOnly("end");
    await("END");
    assertThat(process.waitFor()).isZero();
  }

  @Override
  public void close() throws IOException {
    destroy();
    output.close();
  }

  private void destroy() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
  }
}
