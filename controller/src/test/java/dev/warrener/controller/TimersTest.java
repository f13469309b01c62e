package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
  private final Timers timers = new Timers(event -> {});

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void errorOfPeriodicWorkIsReported() throws InterruptedException {
    timers.every(Duration.ofMillis(1), this::fail);

    assertThat(uncaught.poll(30, TimeUnit.SECONDS)).hasMessage("made by a test");
  }

  @Test
  void errorOfSingleWorkIsReportedAndOtherWorkGoesOn() throws Exception {
    timers.after(Duration.ZERO, this::fail);
    var other = new CompletableFuture<Boolean>();
    timers.after(Duration.ZERO, () -> other.complete(true));

    assertThat(uncaught.poll(30, TimeUnit.SECONDS)).hasMessage("made by a test");
    assertThat(other.get(30, TimeUnit.SECONDS)).isTrue();
  }

  /** A publisher may send x-timeout-ms of 2^63-1. */
  @Test
  void delayThatFitsIntoNoLongIsNeverOver() throws Exception {
    var longest = new CompletableFuture<Boolean>();
    timers.after(Duration.ofMillis(Long.MAX_VALUE), () -> longest.complete(true));
    var other = new CompletableFuture<Boolean>();
    timers.after(Duration.ZERO, () -> other.complete(true));

    assertThat(other.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(longest).isNotDone();
  }

  private void fail() {
    Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> uncaught.add(error));
    throw new StackOverflowError("made by a test");
  }
}
