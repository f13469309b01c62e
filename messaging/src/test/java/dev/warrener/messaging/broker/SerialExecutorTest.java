package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final SerialExecutor executor = new SerialExecutor("serial-test");
  private final List<Object> ran = new ArrayList<>();
  private final CountDownLatch atGate = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    executor.close();
  }

  @Test
  void runsTasksInTheirOrder() throws Exception {
    for (int i = 1; i <= 3; i++) {
      int number = i;
      executor.execute(() -> ran.add(number));
    }

    assertThat(executor.awaitIdle(LONG)).isTrue();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void hasOneNamedDaemonThread() throws Exception {
    var seen = new CompletableFuture<Thread>();
    executor.execute(() -> seen.complete(Thread.currentThread()));

    var thread = seen.get(30, TimeUnit.SECONDS);
    assertThat(thread.getName()).isEqualTo("serial-test");
    assertThat(thread.isDaemon()).isTrue();
  }

  @Test
  void errorIsReported() throws Exception {
    var told = new CompletableFuture<Throwable>();
    executor.execute(() -> {
      Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> told.complete(error));
      throw new AssertionError("an error, made by a test");
    });

    assertThat(told.get(30, TimeUnit.SECONDS)).hasMessage("an error, made by a test");
  }

  @Test
  void whatATaskThrowsStopsNoOther() throws Exception {
    executor.execute(() -> {
      throw new IllegalStateException("a bug, made by a test");
    });
    executor.execute(() -> {
      throw new AssertionError("an error, made by a test");
    });
    executor.execute(() -> ran.add("after"));

    assertThat(executor.awaitIdle(LONG)).isTrue();
    assertThat(ran).containsExactly("after");
  }

  @Test
  void aTaskThatLeavesItsThreadInterruptedStopsNoOther() throws Exception {
    executor.execute(() -> Thread.currentThread().interrupt());
    executor.execute(() -> ran.add("after"));

    assertThat(executor.awaitIdle(LONG)).isTrue();
    assertThat(ran).containsExactly("after");
  }

  @Test
  void isNotIdleWhileATaskRuns() throws Exception {
    executor.execute(this::awaitGate);

    assertThat(executor.awaitIdle(SHORT)).isFalse();
  }

  @Test
  void finishingRunsWhatWaits() {
    executor.execute(this::awaitGate);
    executor.execute(() -> ran.add("waited"));
    assertThat(executor.finish(SHORT)).isFalse();
    gate.countDown();

    assertThat(executor.finish(LONG)).isTrue();
    assertThat(ran).containsExactly("waited");
  }

  @Test
  void finishingRunsAlsoWhatATaskAdds() {
    executor.execute(() -> executor.execute(() -> ran.add("added")));

    assertThat(executor.finish(LONG)).isTrue();
    assertThat(ran).containsExactly("added");
  }

  @Test
  void afterItsEndTasksAreDropped() {
    assertThat(executor.finish(LONG)).isTrue();
    executor.execute(() -> ran.add("late"));

    assertThat(executor.finish(LONG)).isTrue();
    assertThat(ran).isEmpty();
  }

  @Test
  void closingInterruptsWhatRunsAndDropsWhatWaits() throws Exception {
    executor.execute(this::awaitGate);
    executor.execute(() -> ran.add("waited"));
    assertThat(atGate.await(30, TimeUnit.SECONDS)).isTrue();
    executor.close(SHORT);

    assertThat(executor.finish(LONG)).isTrue();
    assertThat(ran).containsExactly("interrupted");
  }

  @Test
  void closingOnItsOwnThreadWaitsForNothing() throws Exception {
    var returned = new CompletableFuture<Boolean>();
    executor.execute(() -> {
      awaitGate();
      executor.close(LONG);
      returned.complete(true);
    });
    executor.execute(() -> ran.add("waited"));
    gate.countDown();

    assertThat(returned.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(executor.finish(LONG)).isTrue();
    assertThat(ran).containsExactly("waited");
  }

  private void awaitGate() {
    atGate.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      ran.add("interrupted");
    }
  }
}
