package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An order reaches no further than its scope. */
class OrderScopesTest {
  private final OrderedFleet fleet = OrderedFleet.started();

  // Exit.

  @Test
  void killOfEverythingHereThatIsToExitEndsTheController() {
    var kill = fleet.kill(Scope.ALL, InFlight.REQUEUE, Then.EXIT).build();

    fleet.arrive(kill);
    fleet.die(1, 2);

    assertThat(fleet.done(kill).failed()).isEmpty();
    assertThat(fleet.state.phase()).isNotEqualTo(Phase.RUNNING);
  }

  @Test
  void killOfAQueueThatIsNotServedHereEndsNotThisController() {
    var kill = fleet.kill(Scope.ofQueue("video"), InFlight.REQUEUE, Then.EXIT).build();

    fleet.arrive(kill);
    fleet.die();

    assertThat(fleet.done(kill).failed()).isEmpty();
    assertThat(fleet.state.phase()).isEqualTo(Phase.RUNNING);
  }

  static List<Scope> parts() {
    return List.of(
        Scope.ofTask("elsewhere"),
        Scope.ofBatch("june"),
        new Scope(
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new WorkerTarget("web-1/1", null))));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void killOfAPartOfAControllerThatIsToExitIsRefused(Scope part) {
    fleet.run("a");
    var kill = fleet.kill(part, InFlight.REQUEUE, Then.EXIT).build();

    fleet.arrive(kill);

    assertThat(fleet.refusals(kill))
        .singleElement()
        .asString()
        .contains("then exit ends this controller", "(mail)", part.describe(), "use hold");
    assertThat(fleet.state.phase()).isEqualTo(Phase.RUNNING);
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
  }

  // Backlog.

  static List<Scope> places() {
    return List.of(
        parts().getLast(),
        new Scope(false, List.of("web-1"), List.of(), List.of(), List.of(), List.of()),
        new Scope(
            false,
            List.of(),
            List.of("mail"),
            List.of(),
            List.of(),
            List.of(new WorkerTarget("web-1/1", null))));
  }

  @ParameterizedTest
  @MethodSource("places")
  void waitingTasksOfAWorkerOrAControllerCanNotBeDropped(Scope place) {
    fleet.run("a");
    var kill = fleet.kill(place, InFlight.REQUEUE, Then.RESPAWN).backlog(Backlog.PURGE).build();

    fleet.arrive(kill);

    assertThat(fleet.refusals(kill))
        .singleElement()
        .asString()
        .contains("tasks wait in queues", "name the queues and no workers");
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
  }

  // Revocations.

  @Test
  void resumeAtAnotherControllerOrInAnotherQueueLeavesABatchRevokedHere() {
    fleet.arrive(revoking("june"));
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(resume(List.of("web-9"), List.of(), "june"));
    fleet.arrive(resume(List.of(), List.of("video"), "june"));
    fleet.forget();

    deliver("x", "june");

    assertThat(fleet.all(Effect.Dispatch.class)).isEmpty();
    assertThat(fleet.all(Effect.Acknowledge.class)).hasSize(1);
  }

  @Test
  void resumeInThisQueueLiftsWhatWasRevokedInAll() {
    fleet.arrive(revoking("june"));
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(resume(List.of("web-1"), List.of("mail"), "june"));
    fleet.forget();

    deliver("x", "june");

    assertThat(fleet.all(Effect.Dispatch.class)).hasSize(1);
  }

  @Test
  void resumeOfABatchThatANewerKillInOneQueueRevokesHasFailed() {
    var resume = resume(List.of(), List.of(), "june");
    fleet.pass(Duration.ofSeconds(1));
    var kill =
        fleet
            .kill(
                new Scope(false, List.of(), List.of("mail"), List.of("june"), List.of(), List.of()),
                InFlight.PURGE,
                Then.RESPAWN)
            .build();
    fleet.arrive(kill);

    fleet.arrive(resume);

    assertThat(fleet.done(resume).failed())
        .singleElement()
        .asString()
        .contains("batch june stays revoked", kill.id());
  }

  @Test
  void localRevocationThatWasResumedStaysResumedOverARestart() {
    var scope = new Scope(false, List.of(), List.of("mail"), List.of("june"), List.of(), List.of());
    fleet.arriveHere(fleet.kill(scope, InFlight.PURGE, Then.RESPAWN).build());
    fleet.pass(Duration.ofSeconds(1));
    fleet.arriveHere(fleet.order(OrderKind.RESUME, scope).build());

    restart();
    deliver("x", "june");

    assertThat(fleet.all(Effect.Dispatch.class)).hasSize(1);
  }

  @Test
  void localResumeOfWhatTheLogRevokesStaysOverARestart() {
    var kill = revoking("june");
    fleet.arrive(kill);
    fleet.pass(Duration.ofSeconds(1));
    fleet.arriveHere(resume(List.of(), List.of(), "june"));

    restart(kill);
    deliver("x", "june");

    assertThat(fleet.all(Effect.Dispatch.class)).hasSize(1);
  }

  @Test
  void taskThatWasResumedByItselfIsNoLongerRevokedAndItsNeighbourIs() {
    var both =
        new Scope(
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(new TaskTarget("x", null), new TaskTarget("y", null)),
            List.of());
    fleet.arrive(fleet.kill(both, InFlight.PURGE, Then.RESPAWN).build());
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(fleet.order(OrderKind.RESUME, Scope.ofTask("x", "mail")).build());
    fleet.forget();

    fleet.deliver("x");
    fleet.deliver("y");

    assertThat(fleet.all(Effect.Dispatch.class))
        .extracting(dispatch -> dispatch.task().id())
        .containsExactly("x");
  }

  @Test
  void resumeOfATaskInOneBatchLeavesItRevokedInAnother() {
    fleet.arrive(fleet.kill(Scope.ofTask("x"), InFlight.PURGE, Then.RESPAWN).build());
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(fleet.order(OrderKind.RESUME, taskInBatch("x", "july")).build());
    fleet.forget();

    deliver("x", "june");

    assertThat(fleet.all(Effect.Dispatch.class)).isEmpty();
  }

  @Test
  void resumeOfOneTaskOfARevokedBatchLiftsItForThatTaskAlone() {
    fleet.arrive(revoking("june"));
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(fleet.order(OrderKind.RESUME, taskInBatch("x", "june")).build());
    fleet.forget();

    deliver("x", "june");
    deliver("y", "june");

    assertThat(fleet.all(Effect.Dispatch.class))
        .extracting(dispatch -> dispatch.task().id())
        .containsExactly("x");
  }

  @Test
  void resumeOfABatchLiftsWhatWasRevokedOfOneOfItsTasks() {
    fleet.arrive(fleet.kill(taskInBatch("x", "june"), InFlight.PURGE, Then.RESPAWN).build());
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(resume(List.of(), List.of(), "june"));
    fleet.forget();

    deliver("x", "june");

    assertThat(fleet.all(Effect.Dispatch.class)).hasSize(1);
  }

  private static Scope taskInBatch(String task, String batch) {
    return new Scope(
        false,
        List.of(),
        List.of(),
        List.of(batch),
        List.of(new TaskTarget(task, null)),
        List.of());
  }

  private void restart(Order... log) {
    var retained = fleet.state.restrictions().retained();
    fleet.startAgain();
    fleet.happen(new Event.Remembered(retained));
    fleet.connect(log);
    fleet.ready(1, 1);
    fleet.forget();
  }

  private void deliver(String id, String batch) {
    fleet.deliver(Task.to("mail", "work").id(id).batch(batch).publishedAt(fleet.now).build());
  }

  private Order revoking(String batch) {
    return fleet.kill(Scope.ofBatch(batch), InFlight.PURGE, Then.RESPAWN).build();
  }

  private Order resume(List<String> controllers, List<String> queues, String batch) {
    return fleet
        .order(
            OrderKind.RESUME,
            new Scope(false, controllers, queues, List.of(batch), List.of(), List.of()))
        .build();
  }
}
