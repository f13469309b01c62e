package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.CONTROLLER;
import static dev.warrener.controller.fleet.state.Samples.at;
import static dev.warrener.controller.fleet.state.Samples.resume;
import static dev.warrener.controller.fleet.state.Samples.revoke;
import static dev.warrener.controller.fleet.state.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RevocationsTest {
  private static final Order LOST = revoke(1, Scope.ALL).order();

  @Test
  void aRevokedTaskMeetsItsFateAndNoOtherTaskDoes() {
    var revocations = Revocations.NONE.plus(revoke(1, Scope.ofTask("a")));

    assertThat(fate(revocations, task("a"))).isEqualTo(Backlog.PURGE);
    assertThat(fate(revocations, task("b"))).isNull();
  }

  @Test
  void aRevokedBatchCoversItsTasksHoweverLateTheyArePublished() {
    var revocations = Revocations.NONE.plus(revoke(1, Scope.ofBatch("b")));

    assertThat(fate(revocations, task("late", "b", null))).isEqualTo(Backlog.PURGE);
    assertThat(fate(revocations, task("other", "c", null))).isNull();
  }

  @Test
  void aTaskThatWasRequeuedFromTheDeadLettersAfterwardsMayStart() {
    var revocations = Revocations.NONE.plus(revoke(10, Scope.ofTask("a")));

    assertThat(fate(revocations, task("a", null, at(9)))).isEqualTo(Backlog.PURGE);
    assertThat(fate(revocations, task("a", null, at(11)))).isNull();
  }

  @Test
  void aLaterResumeOfTheTaskLetsItStart() {
    var revocations =
        Revocations.NONE
            .plus(revoke(1, Scope.ofTask("a")))
            .minus(resume(2, Scope.ofTask("a")), CONTROLLER);

    assertThat(fate(revocations, task("a"))).isNull();
  }

  @Test
  void aResumeThatArrivesBeforeTheOlderRevocationCountsAllTheSame() {
    var revocations =
        Revocations.NONE
            .minus(resume(2, Scope.ofBatch("b")), CONTROLLER)
            .plus(revoke(1, Scope.ofBatch("b")));

    assertThat(fate(revocations, task("a", "b", null))).isNull();
  }

  @Test
  void aResumeOfAllLiftsNoRevocation() {
    var revocations =
        Revocations.NONE.plus(revoke(1, Scope.ofTask("a"))).minus(resume(2, Scope.ALL), CONTROLLER);

    assertThat(fate(revocations, task("a"))).isEqualTo(Backlog.PURGE);
  }

  @Test
  void aRevocationInOneQueueLeavesTheTaskOfAnotherAlone() {
    var inImages =
        new Scope(
            false,
            List.of(),
            List.of("images"),
            List.of(),
            List.of(new TaskTarget("a", null)),
            List.of());
    var revocations = Revocations.NONE.plus(revoke(1, inImages));

    assertThat(fate(revocations, task("a"))).isNull();
    assertThat(fate(revocations, Task.to("images", "work").id("a").publishedAt(at(0)).build()))
        .isEqualTo(Backlog.PURGE);
  }

  @Test
  void aTaskWhoseFateWasLostIsKeptHereAlone() {
    var revocations =
        Revocations.NONE
            .plus(revoke(1, Scope.ofTask("broadcast")))
            .plusLost(new TaskKey("lost", "mail"), Backlog.DEAD_LETTER, LOST);

    assertThat(fate(revocations, task("lost"))).isEqualTo(Backlog.DEAD_LETTER);
    assertThat(revocations.keptHereAlone())
        .extracting(Revocations.Revocation::scope)
        .containsExactly(Scope.ofTask("lost", "mail"));
    assertThat(fate(revocations, Task.to("images", "work").id("lost").build())).isNull();
  }

  @Test
  void revocationsOfAMonthAgoAreForgottenWhenThereAreMany() {
    var revocations = Revocations.NONE.plus(revoke(0, Scope.ofTask("old")));
    long later = Duration.ofDays(30).toSeconds() + 1;
    for (int i = 0; i < 1024; i++) {
      revocations = revocations.plus(revoke(later + i, Scope.ofTask("task-" + i)));
    }

    assertThat(fate(revocations, task("old"))).isNull();
    assertThat(fate(revocations, task("task-0"))).isEqualTo(Backlog.PURGE);
  }

  private static @Nullable Backlog fate(Revocations revocations, Task task) {
    var revocation = revocations.find(CONTROLLER, task, task.requeuedAt());
    return revocation == null ? null : revocation.fate();
  }
}
