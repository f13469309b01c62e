package dev.warrener.messaging.broker.publishing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PublishWindowTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void hasRoomForAsManyAsItsLimit() throws Exception {
    var window = new PublishWindow(2, 100);

    assertThat(window.enter(1, Duration.ZERO)).isTrue();
    assertThat(window.enter(1, Duration.ZERO)).isTrue();
    assertThat(window.enter(1, Duration.ZERO)).isFalse();
    window.leave(1);
    assertThat(window.enter(1, Duration.ZERO)).isTrue();
  }

  @Test
  void hasRoomForAsManyBytesAsItsLimit() throws Exception {
    var window = new PublishWindow(10, 100);

    assertThat(window.enter(60, Duration.ZERO)).isTrue();
    assertThat(window.enter(60, Duration.ZERO)).isFalse();
    assertThat(window.enter(40, Duration.ZERO)).isTrue();
  }

  @Test
  void letsOneInThatIsLargerThanItselfWhenItIsEmpty() throws Exception {
    var window = new PublishWindow(10, 100);

    assertThat(window.enter(1000, Duration.ZERO)).isTrue();
    assertThat(window.enter(1, Duration.ZERO)).isFalse();
  }

  @Test
  void aSmallOneDoesNotPassALargeOneThatWaits() throws Exception {
    var window = new PublishWindow(10, 100);
    window.enter(60, Duration.ZERO);
    var large = waiting(() -> window.enter(60, LONG));

    assertThat(window.enter(1, Duration.ofMillis(1))).isFalse();
    window.leave(60);

    assertThat(large.get(10, SECONDS)).isTrue();
  }

  @Test
  void whoGivesUpWaitingHoldsNobodyUp() throws Exception {
    var window = new PublishWindow(10, 100);
    window.enter(60, Duration.ZERO);
    assertThat(window.enter(60, Duration.ofMillis(1))).isFalse();

    assertThat(window.enter(1, Duration.ZERO)).isTrue();
  }

  @Test
  void anInterruptEndsTheWait() {
    var window = new PublishWindow(1, 100);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> window.enter(1, LONG)).isInstanceOf(InterruptedException.class);
    assertThat(window.messages()).isZero();
  }

  @Test
  void emptinessCanBeWaitedFor() throws Exception {
    var window = new PublishWindow(1, 100);
    assertThat(window.awaitEmpty(Duration.ZERO)).isTrue();
    window.enter(1, Duration.ZERO);
    assertThat(window.awaitEmpty(Duration.ofMillis(1))).isFalse();
    var empty = waiting(() -> window.awaitEmpty(LONG));
    window.leave(1);

    assertThat(empty.get(10, SECONDS)).isTrue();
  }

  @Test
  void aForcedMessageTakesRoomThatIsNotThere() throws Exception {
    var window = new PublishWindow(1, 100);
    window.enter(60, Duration.ZERO);
    window.force(60);
    assertThat(window.messages()).isEqualTo(2);
    window.leave(60);

    assertThat(window.enter(1, Duration.ZERO)).isFalse();
    window.leave(60);
    assertThat(window.enter(1, Duration.ZERO)).isTrue();
  }

  @Test
  void closingLetsEveryoneIn() throws Exception {
    var window = new PublishWindow(1, 100);
    window.enter(1, Duration.ZERO);
    var first = waiting(() -> window.enter(1, LONG));
    var second = waiting(() -> window.enter(1000, LONG));
    window.close();

    assertThat(first.get(10, SECONDS)).isTrue();
    assertThat(second.get(10, SECONDS)).isTrue();
    assertThat(window.enter(1, Duration.ZERO)).isTrue();
  }

  private interface Wait {
    boolean end() throws InterruptedException;
  }

  /** Starts a wait on a thread of its own, and returns when it waits. */
  private static CompletableFuture<Boolean> waiting(Wait wait) {
    var ended = new CompletableFuture<Boolean>();
    var thread =
        new Thread(() -> {
          try {
            ended.complete(wait.end());
          } catch (InterruptedException e) {
            ended.completeExceptionally(e);
          }
        });
    thread.start();
    Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return ended;
  }
}
