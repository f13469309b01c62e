package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublisherClockTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00.900Z");

  @ParameterizedTest
  @ValueSource(longs = {-86_400, -3600, -300, 300, 3600, 86_400})
  void clockThatIsWrongIsSeenByATaskThatHasNotWaited(long behind) {
    var task = task(Duration.ofSeconds(behind));

    assertThat(PublisherClock.behind(task, true, NOW)).hasSeconds(behind);
  }

  @Test
  void clockThatIsAheadIsSeenAlsoByATaskThatHasWaited() {
    assertThat(PublisherClock.behind(task(Duration.ofMinutes(-5)), false, NOW)).hasMinutes(-5);
  }

  @Test
  void taskThatMayHaveWaitedSaysNothingOfAClockThatIsBehind() {
    assertThat(PublisherClock.behind(task(Duration.ofMinutes(5)), false, NOW)).isZero();
  }

  @Test
  void timesOfPublishingHaveWholeSeconds() {
    assertThat(PublisherClock.behind(task(Duration.ofMillis(900)), true, NOW)).isZero();
  }

  @Test
  void copiesHaveOtherTimes() {
    var task = task(Duration.ofMinutes(5));

    assertThat(PublisherClock.behind(task.toBuilder().attempt(2).build(), true, NOW)).isZero();
    assertThat(PublisherClock.behind(task.toBuilder().requeuedAt(NOW).build(), true, NOW)).isZero();
    assertThat(
            PublisherClock.behind(
                task.toBuilder()
                    .headers(Map.of(TaskHeaders.RECEIVED_AT, "2026-11-28T11:59:00Z"))
                    .build(),
                true,
                NOW))
        .isZero();
  }

  /** Whoever publishes may write any time. */
  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE})
  void timeThatNoClockTellsIsNoWrongClock(long millis) {
    var task =
        task(Duration.ZERO).toBuilder().publishedAt(Instant.ofEpochMilli(millis)).build();

    assertThat(PublisherClock.behind(task, true, NOW)).isZero();
  }

  @Test
  void timesAreMovedAlike() {
    var task = task(Duration.ofMinutes(5));

    var corrected = PublisherClock.corrected(task, Duration.ofMinutes(5));

    assertThat(corrected.expiresAt()).isEqualTo(NOW.plusSeconds(30));
    assertThat(corrected.notBefore()).isEqualTo(NOW.plusSeconds(2));
  }

  private static Task task(Duration behind) {
    var theirs = NOW.minus(behind);
    return Task.to("mail", "work")
        .id("t")
        .publishedAt(theirs)
        .expiresAt(theirs.plusSeconds(30))
        .notBefore(theirs.plusSeconds(2))
        .build();
  }
}
