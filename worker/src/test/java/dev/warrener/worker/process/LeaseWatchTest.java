package dev.warrener.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LeaseWatchTest {
  private final RecordedEnd end = new RecordedEnd();

  @Test
  void silencePastTheLeaseIsTheEnd() throws Exception {
    watch(new IdleAwareInputStream(InputStream.nullInputStream()));

    assertThat(end.await())
        .isEqualTo(
            "kill: the controller has said nothing for 20 ms, which is the lease; this worker"
                + " ends");
  }

  @Test
  void wordsThatWereNotReadYetAreNoSilence() throws Exception {
    // As after this process itself was frozen: the lease is over, and the channel full.
    var unread = new UnreadStream();
    watch(new IdleAwareInputStream(unread));

    assertThat(unread.asked.tryAcquire(5, 30, TimeUnit.SECONDS)).isTrue();
    assertThat(end.hasCome()).isFalse();

    unread.bytes = 0;
    assertThat(end.await()).startsWith("kill: ");
  }

  @Test
  void whatIsHeardBeginsTheLeaseAnew() throws Exception {
    var unread = new UnreadStream();
    var channel = new IdleAwareInputStream(unread);
    watch(channel);
    assertThat(unread.asked.tryAcquire(30, TimeUnit.SECONDS)).isTrue();

    long heardAt = System.nanoTime();
    assertThat(channel.read(new byte[1], 0, 1)).isEqualTo(1);
    unread.bytes = 0;

    assertThat(end.await()).startsWith("kill: ");
    assertThat(System.nanoTime() - heardAt)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
  }

  @Test
  void timeOfASuspensionCountsAsSilence() throws Exception {
    var clock = new ClockOfAHost();
    var unread = new UnreadStream();
    unread.bytes = 0;
    var channel = new IdleAwareInputStream(unread);
    Threads.startDaemon("lease", new LeaseWatch(3_600_000, channel, end, clock));
    clock.awaitFirstReading();

    clock.suspendFor(3_600);

    assertThat(end.await()).startsWith("kill: ");
  }

  @Test
  void wordAfterASuspensionBeginsTheLeaseAnew() throws Exception {
    var clock = new ClockOfAHost();
    var unread = new UnreadStream();
    unread.bytes = 0;
    var channel = new IdleAwareInputStream(unread);
    Threads.startDaemon("lease", new LeaseWatch(3_600_000, channel, end, clock));
    clock.awaitFirstReading();

    clock.suspendFor(3_600);
    // The watch has seen that the lease is over, and waits for a word in doubt.
    assertThat(unread.asked.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    assertThat(channel.read(new byte[1], 0, 1)).isEqualTo(1);
    clock.asked.drainPermits();

    assertThat(clock.asked.tryAcquire(2, 30, TimeUnit.SECONDS)).isTrue();
    assertThat(end.hasCome()).isFalse();
  }

  @Test
  void aClockThatCanNotBeReadTellsOfNoSuspension() {
    var clock = new ClockOfAHost();
    assertThat(clock.suspendedNanos()).isZero();

    clock.readable = false;
    assertThat(clock.suspendedNanos()).isZero();
    clock.readable = true;
    clock.suspendFor(2);
    assertThat(clock.suspendedNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(2));
    assertThat(new SuspensionClock().suspendedNanos()).isZero();
  }

  /** A host that stands still when it is told to. */
  private static final class ClockOfAHost extends SuspensionClock {
    private final Semaphore asked = new Semaphore(0);
    private volatile long suspendedSeconds;
    private volatile boolean readable = true;

    /** The second reading begins after the first, with which it is compared. */
    void awaitFirstReading() throws InterruptedException {
      assertThat(asked.tryAcquire(2, 30, TimeUnit.SECONDS)).isTrue();
    }

    void suspendFor(long seconds) {
      suspendedSeconds = seconds;
    }

    @Override
    String uptime() {
      asked.release();
      return readable ? 1_000 + suspendedSeconds + ".00 4711.00\n" : "";
    }

    @Override
    long runningNanos() {
      return 0;
    }
  }

  private void watch(IdleAwareInputStream channel) {
    Threads.startDaemon("lease", new LeaseWatch(20, channel, end));
  }

  /** A stream with something to read until it is told otherwise. */
  private static final class UnreadStream extends InputStream {
    private final Semaphore asked = new Semaphore(0);
    private volatile int bytes = 1;

    @Override
    public int available() {
      asked.release();
      return bytes;
    }

    @Override
    public int read() {
      return 0;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      return 1;
    }
  }
}
