package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tasks expire by the time that they have waited, and by no clock that is wrong. */
class ExpiryTest {
  private static final Duration MINUTES = Duration.ofMinutes(5);

  private final DecidedFleet fleet = DecidedFleet.withWorker("work");

  @Test
  void taskWhoseTimeIsOverWhileItWaitsHereIsNotStartedAndItsAskerIsAnswered() {
    occupy();
    var late =
        task("late", Duration.ofSeconds(2), fleet.now()).toBuilder().replyTo("reply").build();
    fleet.deliver(late);
    var next = task("next", Duration.ofMinutes(1), fleet.now());
    fleet.deliver(next);

    fleet.pass(Duration.ofSeconds(10));
    free();

    assertThat(dispatched("late")).isFalse();
    assertThat(fleet.all(Effect.Move.class))
        .singleElement()
        .satisfies(move ->
            assertThat(move.headers())
                .containsEntry(TaskHeaders.DEAD_REASON, DeadReason.EXPIRED.wire()));
    assertThat(fleet.answers("late"))
        .singleElement()
        .returns(Outcome.EXPIRED, ResultMessage::outcome);
    assertThat(dispatched("next")).as("the task behind it").isTrue();
  }

  @Test
  void taskThatStillHasTimeWhenAWorkerIsFreeStarts() {
    occupy();
    fleet.deliver(task("a", Duration.ofSeconds(20), fleet.now()));

    fleet.pass(Duration.ofSeconds(10));
    free();

    assertThat(dispatched("a")).isTrue();
  }

  @Test
  void freshTaskOfAPublisherWhoseClockIsBehindStarts() {
    fleet.deliver(task("a", Duration.ofSeconds(30), fleet.now().minus(MINUTES)));

    assertThat(dispatched("a")).isTrue();
  }

  @Test
  void taskOfAPublisherWhoseClockIsAheadDoesNotWaitForLonger() {
    occupy();
    fleet.deliver(task("a", Duration.ofSeconds(30), fleet.now().plus(MINUTES)));

    fleet.pass(Duration.ofSeconds(31));
    free();

    assertThat(dispatched("a")).isFalse();
  }

  @Test
  void expirationUnderASecondLeavesATaskItsTimeThoughTimestampsHaveWholeSeconds() {
    fleet.pass(Duration.ofMillis(900));
    var second = fleet.now().truncatedTo(ChronoUnit.SECONDS);
    fleet.deliver(task("a", Duration.ofMillis(300), second));

    assertThat(dispatched("a")).isTrue();
  }

  @Test
  void taskWithoutATimestampTakesItsExpirationAlongToARetryQueue() {
    var task =
        Task.to("mail", "work")
            .id("a")
            .expiration(Duration.ofMinutes(1))
            .notBefore(fleet.now().plusSeconds(20))
            .build();
    fleet.deliver(task);

    assertThat(fleet.all(Effect.Move.class))
        .singleElement()
        .satisfies(move ->
            assertThat(move.headers())
                .containsEntry(
                    TaskHeaders.EXPIRES_AT, fleet.now().plus(Duration.ofMinutes(1)).toString()));
  }

  @Test
  void failureAfterCrashesIsNoPoison() {
    var task =
        Task.to("mail", "work")
            .id("a")
            .maxAttempts(4)
            .attempt(4)
            .headers(Map.of(TaskHeaders.CRASHES, 3))
            .build();
    fleet.deliver(task);
    fleet.start(task);
    fleet.finish(task, new TaskError("java.io.IOException", "the disk is full", null));

    assertThat(fleet.all(Effect.Move.class))
        .singleElement()
        .satisfies(move ->
            assertThat(move.headers())
                .containsEntry(TaskHeaders.DEAD_REASON, DeadReason.FAILED.wire())
                .containsEntry(TaskHeaders.DEAD_DETAIL, "the disk is full"));
  }

  private void occupy() {
    var running = task("running", null, fleet.now());
    fleet.deliver(running);
    fleet.start(running);
  }

  private void free() {
    fleet.finish(task("running", null, fleet.now()), null);
  }

  private boolean dispatched(String task) {
    return fleet.all(Effect.Dispatch.class).stream()
        .anyMatch(dispatch -> dispatch.task().id().equals(task));
  }

  private static Task task(String id, @Nullable Duration expiration, Instant publishedAt) {
    return Task.to("mail", "work").id(id).expiration(expiration).publishedAt(publishedAt).build();
  }
}
