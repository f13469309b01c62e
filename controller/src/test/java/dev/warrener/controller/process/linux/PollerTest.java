package dev.warrener.controller.process.linux;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PollerTest {
  private static final int PATIENCE_SECONDS = 30;

  /** More than the kernel returns at once. */
  private static final int MANY = 300;

  private final Poller poller = new Poller();
  private final Thread thread = Thread.ofPlatform().name("poller").unstarted(poller);
  private final BlockingQueue<String> called = new LinkedBlockingQueue<>();
  private final Set<Integer> open = new HashSet<>();

  @BeforeEach
  void startThread() {
    thread.start();
  }

  @AfterEach
  void endThread() throws InterruptedException {
    poller.stop();
    assertThat(thread.join(java.time.Duration.ofSeconds(PATIENCE_SECONDS)))
        .as("the poller's thread ends")
        .isTrue();
    open.forEach(Kernel::close);
  }

  @Test
  void bytesAndThenTheEndOfAPipeAreCalledBack() throws Exception {
    int[] pipe = pipe();
    var counts = new LinkedBlockingQueue<Integer>();
    poller.watchReadable(pipe[0], buffer -> counts.add(Pipes.read(pipe[0], buffer)));

    write(pipe[1], 3);
    assertThat(counts.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo(3);

    close(pipe[1]);
    assertThat(counts.poll(PATIENCE_SECONDS, SECONDS)).isZero();
  }

  @Test
  void everyOneOfManyPipesIsCalledBack() throws Exception {
    var all = new CountDownLatch(MANY);
    var writers = new ArrayList<Integer>();
    for (int i = 0; i < MANY; i++) {
      int[] pipe = pipe();
      writers.add(pipe[1]);
      poller.watchReadable(
          pipe[0],
          buffer -> {
            if (Pipes.read(pipe[0], buffer) > 0) {
              all.countDown();
            }
          });
    }

    for (int writer : writers) {
      write(writer, 1);
    }

    assertThat(all.await(PATIENCE_SECONDS, SECONDS)).isTrue();
  }

  @Test
  void roomInAFullPipeIsCalledBackOnceUntilItIsAskedForAgain() throws Exception {
    int[] pipe = pipe();
    fill(pipe[1]);
    long token = poller.watchWritable(pipe[1], buffer -> called.add("room"));
    passThrough();
    assertThat(called).as("while the pipe is full").isEmpty();

    drain(pipe[0]);
    assertThat(called.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo("room");
    passThrough();
    assertThat(called).as("a second time, unasked").isEmpty();

    poller.watchWritableAgain(token, pipe[1]);
    assertThat(called.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo("room");
  }

  @Test
  void closedReaderIsCalledBackToItsWriter() throws Exception {
    int[] pipe = pipe();
    fill(pipe[1]);
    poller.watchWritable(pipe[1], buffer -> called.add("closed"));

    close(pipe[0]);

    assertThat(called.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo("closed");
    assertThat(Pipes.hasFailed(Pipes.write(pipe[1], new byte[1], 0, 1))).isTrue();
  }

  @Test
  void nothingIsCalledBackAfterUnwatch() throws Exception {
    int[] pipe = pipe();
    long token = poller.watchReadable(pipe[0], buffer -> called.add("unwatched"));
    poller.unwatch(token, pipe[0]);
    passThrough();

    write(pipe[1], 1);
    passThrough();

    assertThat(called).isEmpty();
  }

  @Test
  void callbackMayStopWatchingItsOwnDescriptor() throws Exception {
    int[] pipe = pipe();
    var token = new LinkedBlockingQueue<Long>();
    token.add(
        poller.watchReadable(
            pipe[0],
            buffer -> {
              poller.unwatch(token.remove(), pipe[0]);
              called.add("once");
            }));

    write(pipe[1], 1);

    assertThat(called.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo("once");
    passThrough();
    assertThat(called).isEmpty();
  }

  @Test
  void failedCallbackStopsNoOther() throws Exception {
    int[] failing = pipe();
    poller.watchReadable(
        failing[0],
        buffer -> {
          Pipes.read(failing[0], buffer);
          called.add("failed");
          throw new IllegalStateException("on purpose");
        });

    write(failing[1], 1);

    assertThat(called.poll(PATIENCE_SECONDS, SECONDS)).isEqualTo("failed");
    passThrough();
  }

  @Test
  void endOfAProcessIsCalledBack() throws Exception {
    var process = new ProcessBuilder("cat").start();
    int pidfd = Kernel.openPidfd(process.pid());
    assertThat(pidfd).isPositive();
    open.add(pidfd);
    var ended = new CountDownLatch(1);
    poller.watchReadable(pidfd, buffer -> ended.countDown());
    passThrough();
    assertThat(ended.getCount()).as("while the process runs").isOne();

    process.getOutputStream().close();

    assertThat(ended.await(PATIENCE_SECONDS, SECONDS)).isTrue();
    process.waitFor();
  }

  /** Waits until the poller has called back for everything that was ready before this call. */
  private void passThrough() throws Exception {
    // Two rounds: the first one's callback may have been collected together with older ones.
    for (int i = 0; i < 2; i++) {
      int[] pipe = pipe();
      var passed = new CountDownLatch(1);
      long token =
          poller.watchReadable(
              pipe[0],
              buffer -> {
                Pipes.read(pipe[0], buffer);
                passed.countDown();
              });
      write(pipe[1], 1);
      assertThat(passed.await(PATIENCE_SECONDS, SECONDS)).as("the poller calls back").isTrue();
      poller.unwatch(token, pipe[0]);
    }
  }

  private int[] pipe() throws IOException {
    int[] pipe = Pipes.open();
    open.add(pipe[0]);
    open.add(pipe[1]);
    return pipe;
  }

  private void close(int descriptor) {
    open.remove(descriptor);
    Kernel.close(descriptor);
  }

  private static void write(int descriptor, int count) {
    assertThat(Pipes.write(descriptor, new byte[count], 0, count)).isEqualTo(count);
  }

  private static void fill(int descriptor) {
    int written;
    do {
      written = Pipes.write(descriptor, new byte[Pipes.MOST_BYTES], 0, Pipes.MOST_BYTES);
    } while (written > 0);
    assertThat(written).isEqualTo(-Pipes.EAGAIN);
  }

  private static void drain(int descriptor) {
    int read;
    do {
      read = Pipes.read(descriptor, new byte[Pipes.MOST_BYTES]);
    } while (read > 0);
    assertThat(read).isEqualTo(-Pipes.EAGAIN);
  }
}
