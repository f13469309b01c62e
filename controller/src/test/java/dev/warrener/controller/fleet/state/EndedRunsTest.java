package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.START;
import static dev.warrener.controller.fleet.state.Samples.at;
import static dev.warrener.controller.fleet.state.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.EndedRuns.Owed;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndedRunsTest {
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final TaskKey KEY = new TaskKey("a", "mail");
  private static final Owed NOTHING = new Owed.Nothing();

  @Test
  void aSecondCopyOfAnEndedTaskIsRecognised() {
    var ended = plus(EndedRuns.none(START), task("a"), START);

    assertThat(ended.find(task("a"))).isNotNull();
    assertThat(ended.find(task("b"))).isNull();
  }

  @Test
  void theNextAttemptIsNotTheRunThatHasEnded() {
    var ended = plus(EndedRuns.none(START), task("a"), START);

    assertThat(ended.find(attempt("a", 2))).isNull();
  }

  @Test
  void aTaskThatAnOperatorRequeuedFromTheDeadLettersRunsAgain() {
    var ended = plus(EndedRuns.none(START), task("a"), START);

    assertThat(ended.find(task("a", null, at(5)))).isNull();
    assertThat(ended.lastOf(KEY)).isNotNull();
  }

  @Test
  void anEndedRunIsRememberedForTheWindowAtLeast() {
    var ended = plus(EndedRuns.none(START), task("a"), START);
    var later = START.plus(WINDOW).plusMillis(1);
    ended = plus(ended, task("b"), later);

    assertThat(ended.find(task("a"))).isNotNull();
  }

  @Test
  void anEndedRunIsForgottenWhenTwoWindowsAreOver() {
    var ended = plus(EndedRuns.none(START), task("a"), START);
    var later = START.plus(WINDOW).plusMillis(1);
    ended = plus(ended, task("b"), later);
    ended = plus(ended, task("c"), later.plus(WINDOW).plusMillis(1));

    assertThat(ended.find(task("a"))).isNull();
    assertThat(ended.find(task("b"))).isNotNull();
  }

  @Test
  void aGenerationThatIsFullMakesRoomBeforeItsTime() {
    var ended = EndedRuns.none(START);
    for (int i = 0; i <= 100_000; i++) {
      ended = plus(ended, task("task-" + i), START);
    }

    assertThat(ended.find(task("task-0"))).isNull();
    assertThat(ended.find(task("task-60000"))).isNotNull();
    assertThat(ended.young().size() + ended.old().size()).isLessThanOrEqualTo(100_000);
  }

  @Test
  void anOwedCopyIsOwedNoLongerWhenTheBrokerHasIt() {
    var copy = new Owed.Copy("mail.retry.5", Map.of());
    var ended = EndedRuns.none(START).plus(task("a"), copy, null, START, WINDOW);

    assertThat(ended.find(task("a"))).returns(copy, EndedRuns.Ended::owed);
    assertThat(ended.settled(KEY, 1).find(task("a"))).returns(NOTHING, EndedRuns.Ended::owed);
  }

  @Test
  void theCopyOfAnEarlierRunSettlesNothingOfTheLast() {
    var copy = new Owed.Copy("mail.retry.5", Map.of());
    var ended = EndedRuns.none(START).plus(attempt("a", 2), copy, null, START, WINDOW);

    assertThat(ended.settled(KEY, 1).lastOf(KEY)).returns(copy, EndedRuns.Ended::owed);
  }

  private static EndedRuns plus(EndedRuns ended, Task task, Instant now) {
    return ended.plus(task, NOTHING, null, now, WINDOW);
  }

  private static Task attempt(String id, int attempt) {
    return Task.to("mail", "work").id(id).attempt(attempt).publishedAt(START).build();
  }
}
