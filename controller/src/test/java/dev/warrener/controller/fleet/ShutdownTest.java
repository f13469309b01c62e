package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import org.junit.jupiter.api.Test;

/** A controller that drains lets its workers close their handlers, and charges nobody for it. */
class ShutdownTest {
  private static final Task A = Task.to("mail", "work").id("a").build();
  private static final TaskError TERMINATED =
      new TaskError(ErrorType.TERMINATED, "the command was ended by signal 15", null);

  private final DecidedFleet fleet = DecidedFleet.withWorker("work");

  @Test
  void idleWorkerIsAskedToEndAndKilledOnlyIfItDoesNot() {
    fleet.happen(new Event.StopRequested());

    assertThat(fleet.all(Effect.AskToEnd.class))
        .containsExactly(
            new Effect.AskToEnd(DecidedFleet.WORKER, null, 0, "the controller ends"));
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();

    fleet.happen(new Event.TimerDue(new Timer.GraceOver(DecidedFleet.WORKER)));
    assertThat(fleet.all(Effect.Kill.class)).hasSize(1);
  }

  @Test
  void controllerEndsWhenItsWorkersHaveEnded() {
    fleet.happen(new Event.StopRequested());
    assertThat(fleet.state().isEnded()).isFalse();

    fleet.die(0);

    assertThat(fleet.state().isEnded()).isTrue();
    assertThat(fleet.warnings()).isEmpty();
  }

  @Test
  void busyWorkerIsAskedWhenItsTaskHasEnded() {
    run();
    fleet.happen(new Event.StopRequested());
    assertThat(fleet.all(Effect.AskToEnd.class)).isEmpty();

    fleet.finish(A, null);

    assertThat(fleet.all(Effect.AskToEnd.class)).hasSize(1);
  }

  @Test
  void whoAsksTwiceDoesNotWaitForHandlers() {
    fleet.happen(new Event.StopRequested());
    fleet.happen(new Event.StopRequested());

    assertThat(fleet.all(Effect.Kill.class)).hasSize(1);
  }

  @Test
  void commandThatWasSignalledWithTheControllerIsNotCharged() {
    run();
    fleet.happen(new Event.StopRequested());
    fleet.finish(A, TERMINATED);

    assertThat(fleet.all(Effect.Requeue.class)).hasSize(1);
    assertThat(fleet.all(Effect.Move.class)).isEmpty();
  }

  @Test
  void commandThatIsSignalledWhileTheControllerGoesOnHasFailed() {
    run();
    fleet.finish(A, TERMINATED);

    assertThat(fleet.all(Effect.Requeue.class)).isEmpty();
    assertThat(fleet.all(Effect.Move.class)).hasSize(1);
  }

  private void run() {
    fleet.deliver(A);
    fleet.start(A);
  }
}
