package dev.warrener.controller.process.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import dev.warrener.worker.frame.FrameType;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipeWriterTest {
  private static final int CAPACITY = 5;

  /** As large as several pipes. */
  private static final int LARGE = 1_000_000;

  private final PollerThread thread = new PollerThread();
  private final List<PipeWriter> unwritten = new ArrayList<>();
  private final int[] pipe;
  private final PipeWriter writer;

  PipeWriterTest() throws IOException {
    pipe = Pipes.open();
    writer = writer(1, pipe[1]);
  }

  @AfterEach
  void close() {
    writer.close();
    thread.close();
  }

  @Test
  void frameIsWrittenByTheFlush() throws Exception {
    assertThat(writer.offer(frame(1, 0), unwritten)).isTrue();
    assertThat(Pipes.read(pipe[0], new byte[1])).as("before the flush").isEqualTo(-Pipes.EAGAIN);

    writer.flush();

    try (var reader = reader(pipe[0])) {
      assertThat(reader.read()).isEqualTo(frame(1, 0));
    }
  }

  @Test
  void writerAsksForOneFlushForSeveralFrames() throws Exception {
    writer.offer(frame(1, 0), unwritten);
    writer.offer(frame(2, 0), unwritten);
    assertThat(unwritten).containsExactly(writer);

    writer.flush();
    writer.offer(frame(3, 0), unwritten);
    assertThat(unwritten).as("again after the flush").containsExactly(writer, writer);
    writer.flush();

    assertReads(frame(1, 0), frame(2, 0), frame(3, 0));
  }

  @Test
  void largeFrameIsWrittenAsTheWorkerReads() throws Exception {
    writer.offer(frame(1, LARGE), unwritten);
    writer.offer(frame(2, 0), unwritten);
    writer.flush();

    assertReads(frame(1, LARGE), frame(2, 0));
  }

  @Test
  void framesBehindALargeOneKeepTheirOrder() throws Exception {
    try (var reader = reader(pipe[0])) {
      for (int i = 1; i <= 50; i++) {
        writer.offer(frame(i, i % 10 == 0 ? LARGE : i), unwritten);
        writer.flush();
        assertThat(reader.read()).isEqualTo(frame(i, i % 10 == 0 ? LARGE : i));
      }
    }
  }

  @Test
  void workerThatDoesNotReadIsSentNoMoreThanTheCapacity() throws Exception {
    // Fills the pipe: from now on frames wait.
    writer.offer(frame(0, Pipes.MOST_BYTES), unwritten);
    writer.flush();
    for (int i = 1; i <= CAPACITY; i++) {
      assertThat(writer.offer(frame(i, 0), unwritten)).as("frame %s", i).isTrue();
      writer.flush();
    }

    assertThat(writer.offer(frame(CAPACITY + 1, 0), unwritten)).as("one too many").isFalse();

    try (var reader = reader(pipe[0])) {
      assertThat(reader.read()).isEqualTo(frame(0, Pipes.MOST_BYTES));
      for (int i = 1; i <= CAPACITY; i++) {
        assertThat(reader.read()).isEqualTo(frame(i, 0));
      }
      // All that waited is written, so there is room again.
      assertThat(writer.offer(frame(9, 0), unwritten)).isTrue();
      writer.flush();
      assertThat(reader.read()).isEqualTo(frame(9, 0));
    }
  }

  @Test
  void pipeThatTheWorkerHasClosedTakesNoMoreFrames() {
    Kernel.close(pipe[0]);
    assertThat(writer.offer(frame(1, 0), unwritten)).as("before anybody knows").isTrue();

    writer.flush();

    assertThat(writer.offer(frame(2, 0), unwritten)).isFalse();
  }

  @Test
  void closedWriterTakesNoMoreFrames() {
    writer.offer(frame(1, LARGE), unwritten);
    writer.flush();

    writer.close();
    writer.close();
    writer.ready(new byte[0]);

    assertThat(writer.offer(frame(2, 0), unwritten)).isFalse();
    Kernel.close(pipe[0]);
  }

  @Test
  void manyWorkersAreWrittenToAtOnce() throws Exception {
    int workers = 100;
    var pipes = new ArrayList<int[]>();
    var writers = new ArrayList<PipeWriter>();
    for (int i = 0; i < workers; i++) {
      pipes.add(Pipes.open());
      writers.add(writer(i + 1, pipes.get(i)[1]));
      writers.get(i).offer(frame(i, 2 * Pipes.MOST_BYTES), unwritten);
    }

    unwritten.forEach(PipeWriter::flush);

    for (int i = 0; i < workers; i++) {
      try (var reader = reader(pipes.get(i)[0])) {
        assertThat(reader.read()).isEqualTo(frame(i, 2 * Pipes.MOST_BYTES));
      }
      writers.get(i).close();
    }
  }

  private void assertReads(Frame... frames) throws IOException {
    try (var reader = reader(pipe[0])) {
      for (var frame : frames) {
        assertThat(reader.read()).isEqualTo(frame);
      }
    }
  }

  private PipeWriter writer(int slot, int descriptor) {
    return new PipeWriter(new WorkerKey(slot, 1), descriptor, CAPACITY, thread.poller());
  }

  private static Frame frame(int number, int bytes) {
    return Frame.builder(FrameType.TASK)
        .field("task", "t" + number)
        .payload(new byte[bytes])
        .build();
  }

  /** The worker's end, which blocks. */
  private static FrameReader reader(int descriptor) throws IOException {
    var in = new FileInputStream("/proc/self/fd/" + descriptor);
    Kernel.close(descriptor);
    return new FrameReader(in);
  }
}
