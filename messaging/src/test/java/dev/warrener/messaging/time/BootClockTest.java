package dev.warrener.messaging.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BootClockTest {
  @Test
  void timeOfASuspensionPasses() {
    var uptime = new AtomicReference<>("350735.47 234388.90\n");
    var clock = new BootClock(() -> 5, uptime::get);
    long before = clock.nanos();

    uptime.set("350765.97 234388.90\n");

    assertThat(clock.nanos() - before).isEqualTo(TimeUnit.MILLISECONDS.toNanos(30_500));
    assertThat(clock.nanos() - before).as("once").isEqualTo(30_500_000_000L);
  }

  @Test
  void stepsOfTheKernelsClockAreNoSuspension() {
    var uptime = new AtomicReference<>("10.00 1.00");
    var clock = new BootClock(() -> 5, uptime::get);

    uptime.set("10.01 1.00");

    assertThat(clock.suspendedNanos()).isZero();
  }

  @Test
  void withoutTheFileTheClockIsTheRunningOne() {
    var uptime = new AtomicReference<>("");
    var clock = new BootClock(() -> 5, uptime::get);
    assertThat(clock.nanos()).isEqualTo(5);

    uptime.set("10.00 1.00");
    assertThat(clock.nanos()).as("the first reading is compared with nothing").isEqualTo(5);
    uptime.set("no number. at all");
    assertThat(clock.nanos()).isEqualTo(5);
  }

  @Test
  void thisHostIsNotSuspendedNow() {
    assertThat(BootClock.SYSTEM.suspendedNanos()).isNotNegative();
    long before = System.nanoTime();
    long since = BootClock.SYSTEM.nanos() - BootClock.SYSTEM.suspendedNanos() - before;
    assertThat(since).isBetween(0L, TimeUnit.SECONDS.toNanos(60));
  }
}
