package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A controller whose log nobody reads: a terminal that was stopped, a pipe into a program that
 * hangs, a log collector that is down.
 */
class UnreadLogIT {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int PIPE_BYTES = 64 * 1024;

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Path log;
  private RandomAccessFile pipe;

  @BeforeEach
  void fillThePipe() throws IOException, InterruptedException {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    log = folder.resolve("log");
    assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
    // Open for reading too, or nobody could open it for writing.
    pipe = new RandomAccessFile(log.toFile(), "rw");
    pipe.write(new byte[PIPE_BYTES]);
  }

  @AfterEach
  void stopFleet() throws IOException {
    warrener.close();
    vhost.close();
    pipe.close();
  }

  @Test
  void itRunsTasksAndKillsAndEndsAllTheSame() throws Exception {
    var controller = warrener.controllerThatLogsTo(log, "c1", "--queue", "mail=1");
    var journal = new Journal(folder.resolve("journal"));
    try (var observer = new Observer(vhost)) {
      observer.publishTask("mail", "t1", "journal", journal.input(300), Map.of());
      await("the task runs").atMost(LONG).until(() -> journal.unfinished().size() == 1);
    }

    var kill = warrener.run("kill", "--all", "-y", "--in-flight", "purge");

    kill.succeeded();
    assertThat(kill.out()).contains("1 of 1 controller confirmed", "1 purged");
    controller.terminate();
    assertThat(controller.awaitExit()).isZero();
  }

  @Test
  void itSaysHowManyLinesWereLostWhenItIsReadAgain() throws Exception {
    warrener.controllerThatLogsTo(
        log, "c1", "--queue", "mail=1", "--exec", "sh", "-c", "seq 20000 >&2");
    assertThat(warrener.run("publish", "mail", "--wait", "60s").status()).isZero();

    var text = readUntil("lines of this log were lost");

    assertThat(text).containsPattern("[1-9][0-9]* lines of this log were lost");
  }

  private String readUntil(String words) throws IOException {
    var read = new StringBuilder();
    var buffer = new byte[PIPE_BYTES];
    while (read.indexOf(words) < 0) {
      int count = pipe.read(buffer);
      read.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
    }
    return read.toString();
  }
}
