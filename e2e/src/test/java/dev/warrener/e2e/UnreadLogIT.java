package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.e2e.fixture.TestFleet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A controller whose log nobody reads: a terminal that was stopped, a pipe into a program that
 * hangs, a log collector that is down.
 */
@Tag("processes")
class UnreadLogIT {
  private static final int PIPE_BYTES = 64 * 1024;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private Path log;
  private RandomAccessFile pipe;

  @BeforeEach
  void fillThePipe() throws IOException, InterruptedException {
    log = fleet.folder().resolve("log");
    assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
    // Open for reading too, or nobody could open it for writing.
    pipe = fleet.closing(new RandomAccessFile(log.toFile(), "rw"));
    pipe.write(new byte[PIPE_BYTES]);
  }

  @Test
  void itRunsTasksAndKillsAndEndsAllTheSame() throws Exception {
    var controller = fleet.controllerThatLogsTo(log, "c1", "--queue", "mail=1");
    fleet.publish("mail", "t1", 300);
    fleet.awaitRunning("t1");

    var kill = fleet.run("kill", "--all", "-y", "--in-flight", "purge");

    kill.succeeded();
    assertThat(kill.out()).contains("1 of 1 controller confirmed", "1 purged");
    controller.terminate();
    assertThat(controller.awaitExit()).isZero();
  }

  @Test
  void itSaysHowManyLinesWereLostWhenItIsReadAgain() throws Exception {
    fleet.controllerThatLogsTo(
        log, "c1", "--queue", "mail=1", "--exec", "sh", "-c", "seq 20000 >&2");
    assertThat(fleet.run("publish", "mail", "--wait", "60s").status()).isZero();

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
