package dev.warrener.controller.process.pipe;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Pipes;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameDecoder;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipeReaderTest {
  private static final int PATIENCE_SECONDS = 30;

  private final PollerThread thread = new PollerThread();
  private final Received received = new Received();
  private final int[] pipe;
  private final PipeReader reader;

  PipeReaderTest() throws IOException {
    pipe = Pipes.open();
    reader = new PipeReader(pipe[0], thread.poller(), received);
  }

  @AfterEach
  void close() {
    reader.close();
    thread.close();
  }

  @Test
  void bytesAreReadUpToTheEnd() throws Exception {
    try (var out = writer()) {
      reader.open();
      out.write(new byte[] {1, 2, 3});
    }

    assertThat(received.awaitEnd()).containsExactly(1, 2, 3);
    assertThat(reader.close()).as("the reader has closed itself").isFalse();
  }

  @Test
  void bytesThatWereWrittenBeforeTheReaderWasOpenedAreRead() throws Exception {
    try (var out = writer()) {
      out.write(7);
    }

    reader.open();

    assertThat(received.awaitEnd()).containsExactly(7);
  }

  @Test
  void moreThanThePipeHoldsIsRead() throws Exception {
    var bytes = new byte[5 * Pipes.MOST_BYTES + 1];
    bytes[bytes.length - 1] = 9;
    reader.open();

    try (var out = writer()) {
      out.write(bytes);
    }

    assertThat(received.awaitEnd()).isEqualTo(bytes);
  }

  @Test
  void frameThatArrivesByteByByteIsDecoded() throws Exception {
    reader.open();
    var frames =
        List.of(
            Frame.builder(FrameType.LOG).field("stream", "out").payload(new byte[300]).build(),
            Frame.of(FrameType.PONG));
    var encoded = new ByteArrayOutputStream();
    try (var writer = new FrameWriter(encoded)) {
      for (var frame : frames) {
        writer.write(frame);
      }
    }

    try (var out = writer()) {
      for (byte b : encoded.toByteArray()) {
        out.write(b);
        received.awaitBytes(1);
      }
    }

    received.awaitEnd();
    assertThat(received.frames).containsExactlyElementsOf(frames);
  }

  @Test
  void closedReaderIsCalledBackNoMore() throws Exception {
    try (var out = writer()) {
      reader.open();
      out.write(1);
      received.awaitBytes(1);

      assertThat(reader.close()).isTrue();
    }

    assertThat(reader.close()).as("a second time").isFalse();
    reader.ready(new byte[Pipes.MOST_BYTES]);
    assertThat(received.ended.getCount()).as("the end is not reported after a close").isOne();
  }

  @Test
  void readerThatWasClosedFirstNeverOpens() throws Exception {
    reader.close();
    reader.open();

    assertThat(Pipes.hasFailed(Pipes.write(pipe[1], new byte[1], 0, 1))).isTrue();
    Kernel.close(pipe[1]);
  }

  @Test
  void nothingMoreIsReadWhileTheSinkTakesNoMore() throws Exception {
    received.takesMore = false;
    reader.open();
    try (var out = writer()) {
      out.write(1);
      received.awaitBytes(1);
      out.write(2);

      awaitTurnOfThePoller();
      assertThat(received.counts).as("nothing was read since").isEmpty();
      received.takesMore = true;
      reader.readOn();
    }

    assertThat(received.awaitEnd()).containsExactly(1, 2);
  }

  @Test
  void restIsReadToTheEndWhetherTheSinkTakesMoreOrNot() throws Exception {
    received.takesMore = false;
    var bytes = new byte[3 * Pipes.MOST_BYTES];
    reader.open();
    try (var out = writer()) {
      out.write(new byte[1]);
      received.awaitBytes(1);

      reader.readToEnd();
      out.write(bytes);
    }

    assertThat(received.awaitEnd()).hasSize(1 + bytes.length);
  }

  @Test
  void readerGivesItsSinkNoMoreThanItWantsAtOnce() throws Exception {
    try (var small = new SmallPipe()) {
      small.writeAndClose(new byte[100]);

      assertThat(small.received.awaitEnd()).hasSize(100);
      assertThat(small.received.counts).allMatch(count -> count <= SmallPipe.MOST);
    }
  }

  /** Another pipe, of which little is read at once. */
  private final class SmallPipe implements AutoCloseable {
    static final int MOST = 7;

    private final Received received = new Received();
    private final int[] ends = Pipes.open();
    private final PipeReader reader = new PipeReader(ends[0], thread.poller(), received, MOST);

    SmallPipe() throws IOException {}

    void writeAndClose(byte[] bytes) {
      assertThat(Pipes.write(ends[1], bytes, 0, bytes.length)).isEqualTo(bytes.length);
      Kernel.close(ends[1]);
      reader.open();
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Has a second pipe read, which is ready after the first: then the first had its turn. */
  private void awaitTurnOfThePoller() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (var second = new SmallPipe()) {
        second.writeAndClose(new byte[1]);
        second.received.awaitEnd();
      }
    }
  }

  /** The worker's end, which blocks. */
  private OutputStream writer() throws IOException {
    var out = new FileOutputStream("/proc/self/fd/" + pipe[1]);
    Kernel.close(pipe[1]);
    return out;
  }

  /** Keeps what is read. */
  private static final class Received implements PipeReader.Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final FrameDecoder decoder = new FrameDecoder();
    private final List<Frame> frames = new ArrayList<>();
    private final LinkedBlockingQueue<Integer> counts = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean takesMore = true;

    @Override
    public boolean take(byte[] buffer, int count) {
      bytes.write(buffer, 0, count);
      decoder.put(buffer, count);
      try {
        Frame frame;
        while (frames.size() < 10 && (frame = decoder.next()) != null) {
          frames.add(frame);
        }
      } catch (BrokenFrameException e) {
        // Most tests write no frames.
        frames.clear();
      }
      counts.add(count);
      return takesMore;
    }

    @Override
    public void ended() {
      ended.countDown();
    }

    void awaitBytes(int count) throws InterruptedException {
      assertThat(counts.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo(count);
    }

    byte[] awaitEnd() throws InterruptedException {
      assertThat(ended.await(PATIENCE_SECONDS, SECONDS)).as("the end is read").isTrue();
      return bytes.toByteArray();
    }
  }
}
