package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.TestFleet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Workers that write without end, each something else, under a controller whose log is read slowly,
 * not at all, or by nobody any more: a kill takes no longer than twice as long as on the same fleet
 * with workers that only compute, and a quarter of a second.
 */
@Tag("alone")
@Tag("processes")
class FloodingWorkerIT {
  /** What the workers write: frames without sense, frames with sense, what is no frame, output. */
  private static final List<String> FLOODS =
      List.of(
          "started",
          "finished",
          "ready",
          "progress",
          "log",
          "log-long",
          "pong",
          "unknown",
          "huge",
          "garbage",
          "output",
          "no-line",
          "no-text");

  private static final int ROUNDS = 3;
  private static final int MOST_ROUNDS = 8;

  /** What the tests that run beside this one may take: a usual kill of so many takes 70 ms. */
  private static final Duration OTHERS = Duration.ofMillis(250);

  private static final int PIPE_BYTES = 64 * 1024;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private Path log;
  private Path begun;
  private RandomAccessFile pipe;

  /** What becomes of the log's reader. */
  enum LogReader {
    /** It reads 300 lines a second, as a serial console does. */
    SLOW,
    /** It reads nothing. */
    STOPPED,
    /** It has closed the pipe. */
    GONE
  }

  @BeforeEach
  void makeThePipe() throws IOException, InterruptedException {
    begun = Files.createDirectory(fleet.folder().resolve("begun"));
    log = fleet.folder().resolve("log");
    assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
    // Open for reading and writing, or opening it would wait for the other end.
    pipe = fleet.closing(new RandomAccessFile(log.toFile(), "rw"));
  }

  @ParameterizedTest
  @EnumSource(LogReader.class)
  void killIsConfirmedWithinTwiceItsUsualTimeAndAQuarterOfASecond(LogReader reader)
      throws Exception {
    if (reader == LogReader.STOPPED) {
      pipe.write(new byte[PIPE_BYTES]);
    } else {
      Thread.ofPlatform().daemon().name("log-reader").start(() -> read(reader));
    }
    fleet.controllerThatLogsTo(log, "c1", "--config", configuration().toString());
    if (reader == LogReader.GONE) {
      pipe.close();
    }

    var usual = new ArrayList<Duration>();
    var flooded = new ArrayList<Duration>();
    // On a busy machine some rounds more may be needed until the quickest shows what a kill takes.
    for (int round = 0;
        round < ROUNDS || (round < MOST_ROUNDS && !isWithin(usual, flooded));
        round++) {
      usual.add(timeOfKill("usual-" + round, List.of("spin")));
      flooded.add(timeOfKill("flooded-" + round, FLOODS));
    }

    System.err.println("[flood] " + reader + " usual " + usual + ", flooded " + flooded);
    assertThat(isWithin(usual, flooded)).as("usual %s, flooded %s", usual, flooded).isTrue();
  }

  /** By the quickest of each: what else the machine does meanwhile only makes one longer. */
  private static boolean isWithin(List<Duration> usual, List<Duration> flooded) {
    return min(flooded).compareTo(min(usual).multipliedBy(2).plus(OTHERS)) < 0;
  }

  private Path configuration() throws IOException {
    var worker = fleet.folder().resolve("worker.pl");
    try (var script = FloodingWorkerIT.class.getResourceAsStream("/flooding-worker.pl")) {
      Files.write(worker, script.readAllBytes());
    }
    return fleet.file(
        "c1.properties",
        """
        worker.command=perl %s %s
        queue.mail.workers=%d
        restart.first-delay=10ms
        restart.intensity=1000
        """
            .formatted(worker, begun, FLOODS.size()));
  }

  /** Has every worker run a task, and kills all of them; returns how long that took. */
  private Duration timeOfKill(String round, List<String> handlers) {
    fleet.awaitReady("c1");
    for (int i = 0; i < FLOODS.size(); i++) {
      fleet
          .run(
              "publish",
              "mail",
              handlers.get(i % handlers.size()),
              "--id",
              round + "-" + i,
              "-d",
              "{}")
          .succeeded();
    }
    await("all have begun")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> begunBy(round) == FLOODS.size());

    long start = System.nanoTime();
    var kill =
        fleet.run(
            "kill",
            "--all",
            "-y",
            "--in-flight",
            "purge",
            "--backlog",
            "purge",
            "--then",
            "respawn");
    var took = Duration.ofNanos(System.nanoTime() - start);

    assertThat(kill.succeeded().out()).contains("1 of 1 controller confirmed");
    return took;
  }

  private long begunBy(String round) throws IOException {
    try (var files = Files.list(begun)) {
      return files.filter(file -> file.getFileName().toString().startsWith(round + "-")).count();
    }
  }

  private void read(LogReader reader) {
    long pause = Duration.ofSeconds(1).toNanos() / 300;
    try {
      while (pipe.readLine() != null) {
        if (reader == LogReader.SLOW) {
          LockSupport.parkNanos(pause);
        }
      }
    } catch (IOException e) {
      // The test has closed it.
    }
  }

  private static Duration min(List<Duration> times) {
    return Collections.min(times);
  }
}
