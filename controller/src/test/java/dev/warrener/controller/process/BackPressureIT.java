package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.RecordingListener.Heard;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.worker.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a worker writes has a bound here; who is beyond it waits, and holds up nobody else. */
@Timeout(180)
class BackPressureIT {
  private static final int MEMORY = 1 << 20;
  private static final int LARGE = 600 << 10;

  @TempDir private Path directory;

  /** The listener takes no more of these. */
  private final Set<WorkerKey> full = ConcurrentHashMap.newKeySet();

  private final RecordingListener listener =
      new RecordingListener() {
        @Override
        public boolean takesMore(WorkerKey worker) {
          return !full.contains(worker);
        }
      };

  @Test
  void workerOfWhichNoMoreIsTakenWaitsAndNobodyElseDoes() {
    try (var fleet = Fleet.with(Fleet.settings().build(), listener)) {
      var loud = new WorkerKey(1, 1);
      full.add(loud);
      assertThat(fleet.spawn("echo first; while :; do echo more; done")).isEqualTo(loud);
      listener.awaitLine(loud, "first");
      fleet.spawnAndAwaitUp("");
      int lines = listener.heardOf(loud, Heard.Printed.class).size();
      fleet.spawnAndAwaitUp("");

      assertThat(listener.heardOf(loud, Heard.Printed.class)).as("nothing since").hasSize(lines);
      full.remove(loud);
      fleet.processes().readOn(loud);
      listener.awaitLine(loud, "more");
      full.add(loud);
      fleet.processes().kill(loud);

      assertThat(listener.awaitTreeEmpty(loud).signal()).isEqualTo(Kernel.SIGKILL);
    }
  }

  @Test
  void whatADeadWorkerHasWrittenIsReadToTheEndInAnyCase() {
    try (var fleet = Fleet.with(Fleet.settings().build(), listener)) {
      var worker = new WorkerKey(1, 1);
      full.add(worker);
      fleet.spawn("echo first; sleep 0.2; " + Fleet.READY + "; echo last");

      listener.awaitTreeEmpty(worker);

      assertThat(listener.heardOf(worker, Heard.Said.class)).hasSize(1);
      assertThat(listener.heardOf(worker, Heard.Printed.class))
          .extracting(Heard.Printed::line)
          .containsExactly("first", "last");
    }
  }

  @Test
  void largeFramesThatDoNotFitIntoMemoryTogetherComeOneAfterTheOther() throws IOException {
    var goOn = directory.resolve("go-on");
    try (var fleet = fleet(new FrameMemory(MEMORY))) {
      var first =
          fleet.spawn(
              frame(LARGE, LARGE / 2)
                  + "; echo half; until [ -e "
                  + goOn
                  + " ]; do sleep 0.02; done; head -c "
                  + LARGE / 2
                  + " /dev/zero >&3");
      listener.awaitLine(first, "half");
      var second = fleet.spawn("echo begins; " + frame(LARGE) + "; echo all");
      listener.awaitLine(second, "begins");
      fleet.spawnAndAwaitUp("");
      assertThat(listener.heardOf(second, Heard.Said.class)).isEmpty();
      assertThat(listener.heardOf(second, Heard.Printed.class)).as("it waits").hasSize(1);

      Files.createFile(goOn);

      for (var worker : List.of(first, second)) {
        var frame = listener.awaitFrame(worker);
        assertThat(frame.type()).isEqualTo(FrameType.FINISHED);
        assertThat(frame.payload()).hasSize(LARGE - 3);
      }
    }
  }

  @Test
  void frameThatIsTooLargeForTheHeapEndsItsWorkerAndNobodyElse() {
    try (var fleet = fleet(new FrameMemory(MEMORY))) {
      var other = fleet.spawnAndAwaitUp("");
      var greedy = fleet.spawn(frame(256 << 20) + "; sleep 1000");

      listener.awaitTreeEmpty(greedy);

      assertThat(listener.heardOf(greedy, Heard.ProtocolBroken.class))
          .singleElement()
          .extracting(Heard.ProtocolBroken::how)
          .asString()
          .contains("a frame of 268435460 bytes", "has room for 1048576", "-Xmx");
      assertThat(listener.heardOf(other, Heard.TreeEmpty.class)).isEmpty();
    }
  }

  @Test
  void workerThatStopsInTheMiddleOfAFrameForWhoseMemoryOthersWaitIsEnded() {
    try (var fleet = fleet(new FrameMemory(MEMORY, Duration.ofMillis(100)))) {
      var stopped = fleet.spawn("echo up; " + frame(LARGE, LARGE / 2) + "; echo half; sleep 1000");
      listener.awaitLine(stopped, "half");
      var other = fleet.spawn(frame(LARGE) + "; sleep 1000");

      assertThat(listener.awaitFrame(other).payload()).hasSize(LARGE - 3);

      listener.awaitTreeEmpty(stopped);
      assertThat(listener.heardOf(stopped, Heard.ProtocolBroken.class)).hasSize(1);
    }
  }

  private Fleet fleet(FrameMemory memory) {
    return Fleet.with(Fleet.settings().frameMemory(memory).build(), listener);
  }

  private static String frame(int bytes) {
    return frame(bytes, bytes);
  }

  /** What a worker in sh says to write the first bytes of a FINISHED frame without header. */
  private static String frame(int bytes, int written) {
    var length = new StringBuilder();
    for (int shift = 24; shift >= 0; shift -= 8) {
      length.append("\\%03o".formatted(bytes >>> shift & 0xFF));
    }
    return "{ printf '%s\\022\\000\\000'; head -c %d /dev/zero; } >&3"
        .formatted(length, written - 3);
  }
}
