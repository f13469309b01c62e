package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.linux.Kernel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SuspensionWatchTest {
  private final AtomicLong running = new AtomicLong();
  private final AtomicLong boot = new AtomicLong(1_000);
  private final List<Duration> told = new ArrayList<>();

  @Test
  void suspensionIsReportedOnceWithItsLength() {
    var watch = new SuspensionWatch(running::get, boot::get, told::add);

    pass(Duration.ofSeconds(10));
    watch.look();
    assertThat(told).isEmpty();

    pass(Duration.ofSeconds(1));
    boot.addAndGet(Duration.ofSeconds(30).toNanos());
    watch.look();
    watch.look();
    assertThat(told).containsExactly(Duration.ofSeconds(30));
  }

  @Test
  void threadThatWaitsBetweenTheTwoReadingsIsNoSuspension() {
    var calls = new AtomicLong();
    // The second look is held up for a second after its first reading.
    var watch =
        new SuspensionWatch(
            () -> calls.getAndIncrement() == 2 ? 0 : Duration.ofSeconds(1).toNanos(),
            () -> Duration.ofSeconds(1).toNanos(),
            told::add);

    watch.look();

    assertThat(told).isEmpty();
  }

  @Test
  void theClocksOfThisHostAgreeWhileItRuns() {
    var watch = new SuspensionWatch(System::nanoTime, Kernel::bootNanos, told::add);

    watch.look();

    assertThat(told).isEmpty();
  }

  @Test
  void whatWaitsForATimeIsDueSoonerAfterASuspension() throws Exception {
    var done = new CountDownLatch(1);
    try (var timers = new Timers(event -> {}, new FleetClock(InstantSource.system(), boot::get))) {
      timers.after(Duration.ofHours(1), done::countDown);
      timers.suspended();
      assertThat(done.getCount()).isOne();

      boot.addAndGet(Duration.ofHours(1).toNanos());
      timers.suspended();

      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void pass(Duration time) {
    running.addAndGet(time.toNanos());
    boot.addAndGet(time.toNanos());
  }
}
