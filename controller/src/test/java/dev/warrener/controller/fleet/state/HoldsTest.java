package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.CONTROLLER;
import static dev.warrener.controller.fleet.state.Samples.hold;
import static dev.warrener.controller.fleet.state.Samples.ofWorker;
import static dev.warrener.controller.fleet.state.Samples.resume;
import static dev.warrener.controller.fleet.state.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Scope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldsTest {
  @Test
  void aHoldOfAQueueHoldsItsWorkersAndTasksAndNoOtherQueue() {
    var holds = of(hold(1, Scope.ofQueue("mail")));

    assertThat(holds.queueHeld(CONTROLLER, "mail")).isTrue();
    assertThat(holds.workerHeld(CONTROLLER, "mail", "web-1/1")).isTrue();
    assertThat(holds.taskHeld(CONTROLLER, task("a"))).isTrue();
    assertThat(holds.queueHeld(CONTROLLER, "images")).isFalse();
  }

  @Test
  void aLaterResumeLiftsAHold() {
    var holds = of(hold(1, Scope.ofQueue("mail")), resume(2, Scope.ofQueue("mail")));

    assertThat(holds.queueHeld(CONTROLLER, "mail")).isFalse();
  }

  @Test
  void aResumeThatArrivesBeforeTheOlderHoldLiftsItAllTheSame() {
    var holds = of(resume(2, Scope.ofQueue("mail")), hold(1, Scope.ofQueue("mail")));

    assertThat(holds.queueHeld(CONTROLLER, "mail")).isFalse();
  }

  @Test
  void aResumeOfAQueueLeavesTheOthersHeldThatOneHoldCovered() {
    var holds = of(hold(1, Scope.ALL), resume(2, Scope.ofQueue("mail")));

    assertThat(holds.queueHeld(CONTROLLER, "mail")).isFalse();
    assertThat(holds.queueHeld(CONTROLLER, "images")).isTrue();
  }

  @Test
  void aHoldOfABatchKeepsItsTasksFromStartingAndNoWorker() {
    var holds = of(hold(1, Scope.ofBatch("b")));

    assertThat(holds.taskHeld(CONTROLLER, task("a", "b", null))).isTrue();
    assertThat(holds.taskHeld(CONTROLLER, task("a"))).isFalse();
    assertThat(holds.workerHeld(CONTROLLER, "mail", "web-1/1")).isFalse();
  }

  @Test
  void aHoldOfAWorkerHoldsNeitherTheQueueNorTasksElsewhere() {
    var holds = of(hold(1, ofWorker("web-1/1")));

    assertThat(holds.workerHeld(CONTROLLER, "mail", "web-1/1")).isTrue();
    assertThat(holds.taskHeldOn(CONTROLLER, "web-1/1", task("a"))).isTrue();
    assertThat(holds.taskHeldOn(CONTROLLER, "web-1/2", task("a"))).isFalse();
    assertThat(holds.queueHeld(CONTROLLER, "mail")).isFalse();
  }

  @Test
  void theSameOrderTwiceIsOneStatement() {
    var holds = of(hold(1, Scope.ALL), hold(1, Scope.ALL));

    assertThat(holds.statements()).hasSize(1);
  }

  @Test
  void aStatementThatANewerOneCoversIsForgotten() {
    var holds = of(hold(1, Scope.ofQueue("mail")), hold(2, Scope.ALL));

    assertThat(holds.statements()).extracting(Holds.Statement::scope).containsExactly(Scope.ALL);
  }

  @Test
  void aResumeThatLiftsNothingIsForgottenAfterAnHour() {
    var holds =
        of(
            resume(1, Scope.ofQueue("mail")),
            hold(2 + Duration.ofHours(1).toSeconds(), Scope.ofQueue("images")));

    assertThat(holds.statements()).extracting(Holds.Statement::hold).containsExactly(true);
  }

  @Test
  void onlyHoldsOfThisControllerAreListedNewestFirst() {
    var elsewhere = new Scope(false, List.of("web-2"), List.of(), List.of(), List.of(), List.of());
    var holds =
        of(hold(1, Scope.ofQueue("mail")), hold(2, elsewhere), hold(3, Scope.ofQueue("images")));

    assertThat(holds.inForce(CONTROLLER))
        .extracting(Holds.Statement::scope)
        .containsExactly(Scope.ofQueue("images"), Scope.ofQueue("mail"));
  }

  private static Holds of(HeardOrder... orders) {
    var holds = Holds.NONE;
    for (var order : orders) {
      holds = holds.plus(Holds.Statement.of(order));
    }
    return holds;
  }
}
