package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class WorkerLogTest {
  private static final WorkerKey LOUD = new WorkerKey(1, 1);
  private static final WorkerKey QUIET = new WorkerKey(2, 1);
  private static final String LINE = "x".repeat(1_000);

  private final Semaphore reads = new Semaphore(0);
  private final BlockingQueue<String> read = new LinkedBlockingQueue<>();
  private final BlockingQueue<WorkerKey> roomAgain = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();
  private final WorkerLog log = new WorkerLog(this::readByAnybody, roomAgain::add, warnings::add);

  /** Reads a line when the test says so: before that the log's thread waits. */
  private void readByAnybody(Level level, String line) {
    reads.acquireUninterruptibly();
    read.add(line);
  }

  @AfterEach
  void close() {
    reads.release(Integer.MAX_VALUE / 2);
    log.close();
  }

  @Test
  void workerWhoseLinesNobodyReadsHasNoRoomUntilHalfOfThemAreRead() throws InterruptedException {
    int lines = fill(LOUD);
    assertThat(log.hasRoom(QUIET)).as("another worker").isTrue();

    reads.release(lines / 2 - 2);
    assertThat(awaitRead(lines / 2 - 2)).isEqualTo(LINE);
    assertThat(roomAgain).isEmpty();
    reads.release(4);

    assertThat(roomAgain.poll(30, TimeUnit.SECONDS)).isEqualTo(LOUD);
    assertThat(log.hasRoom(LOUD)).isTrue();
  }

  @Test
  void workersTakeTurns() throws InterruptedException {
    fill(LOUD);
    log.add(QUIET, Level.INFO, "", "heard");

    reads.release(3);

    assertThat(read(3)).contains("heard");
  }

  @Test
  void linesBeyondTheLastBoundAreLeftOutAndCounted() throws InterruptedException {
    int lines = fill(LOUD);
    int added = lines + 10 * lines;
    for (int i = lines; i < added; i++) {
      log.add(LOUD, Level.INFO, "", LINE);
    }

    reads.release(Integer.MAX_VALUE / 2);
    log.close();

    assertThat(read.size()).isBetween(lines, WorkerLog.MOST_KEPT / LINE.length());
    assertThat(warnings)
        .containsExactly(
            added
                - read.size()
                + " lines of worker "
                + LOUD
                + " were left out: this log is read too slowly");
  }

  @Test
  void linesThatWaitWhenItIsClosedAreWritten() {
    log.add(LOUD, Level.INFO, "", "last");
    reads.release();

    log.close();

    assertThat(read).containsExactly("last");
  }

  /** Adds lines until there is no room for more; returns their number. */
  private int fill(WorkerKey worker) {
    int lines = 0;
    while (log.hasRoom(worker)) {
      log.add(worker, Level.INFO, "", LINE);
      lines++;
    }
    return lines;
  }

  private String awaitRead(int lines) throws InterruptedException {
    return read(lines).getLast();
  }

  private List<String> read(int lines) throws InterruptedException {
    var all = new ArrayList<String>();
    for (int i = 0; i < lines; i++) {
      var line = read.poll(30, TimeUnit.SECONDS);
      assertThat(line).isNotNull();
      all.add(line);
    }
    return all;
  }
}
