package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.ops.command.KillPlan.Level;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KillPlanTest {
  private static final Scope WORKER =
      new Scope(
          false,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(new WorkerTarget("web-1/2", null)));

  static Stream<Arguments> defaults() {
    var controller = new Scope(false, List.of("web-1"), List.of(), List.of(), List.of(), List.of());
    var batchOfQueue =
        new Scope(false, List.of(), List.of("mail"), List.of("b"), List.of(), List.of());
    return Stream.of(
        Arguments.of(Scope.ALL, InFlight.REQUEUE, Then.HOLD, Level.TYPED),
        Arguments.of(controller, InFlight.REQUEUE, Then.HOLD, Level.SIMPLE),
        Arguments.of(Scope.ofQueue("mail"), InFlight.REQUEUE, Then.HOLD, Level.SIMPLE),
        Arguments.of(WORKER, InFlight.REQUEUE, Then.RESPAWN, Level.SIMPLE),
        Arguments.of(Scope.ofBatch("b"), InFlight.DEAD_LETTER, Then.RESPAWN, Level.SIMPLE),
        Arguments.of(Scope.ofTask("t"), InFlight.DEAD_LETTER, Then.RESPAWN, Level.SIMPLE),
        Arguments.of(batchOfQueue, InFlight.DEAD_LETTER, Then.RESPAWN, Level.SIMPLE));
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void defaultsDependOnTheScope(Scope scope, InFlight inFlight, Then then, Level level) {
    var plan = KillPlan.of(scope, null, null, null, Duration.ZERO);

    assertThat(plan.inFlight()).isEqualTo(inFlight);
    assertThat(plan.backlog()).isEqualTo(Backlog.KEEP);
    assertThat(plan.then()).isEqualTo(then);
    assertThat(plan.level()).isEqualTo(level);
  }

  @Test
  void losingTasksHasToBeTyped() {
    assertThat(KillPlan.of(Scope.ofTask("t"), InFlight.PURGE, null, null, Duration.ZERO).level())
        .isEqualTo(Level.TYPED);
    assertThat(KillPlan.of(Scope.ofQueue("q"), null, Backlog.PURGE, null, Duration.ZERO).level())
        .isEqualTo(Level.TYPED);
  }

  @Test
  void itAlwaysSaysWhatItIsGoingToDo() {
    assertThat(KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO).sentences())
        .containsExactly(
            "  in flight  requeue      running tasks go back to their queue and start again after a"
                + " resume",
            "  backlog    keep         waiting tasks keep waiting",
            "  then       hold         nothing of it starts until: warrener resume --all");
    assertThat(KillPlan.of(Scope.ofBatch("b"), null, null, null, Duration.ofSeconds(5)).sentences())
        .containsExactly(
            "  in flight  dead-letter  running tasks go to their queue's dead letters",
            "  backlog    keep         other waiting tasks keep waiting; waiting tasks named here"
                + " meet the same fate when they come up",
            "  then       respawn      fresh workers go on at once",
            "  grace      5.0s         handlers are told to stop, SIGTERM, and SIGKILL after it");
  }

  @Test
  void theCommandSpellsOutEveryChoice() {
    var plan = KillPlan.of(Scope.ofQueue("mail"), null, Backlog.PURGE, null, Duration.ofSeconds(5));

    assertThat(plan.command("it's INC-42"))
        .isEqualTo(
            "warrener kill --queue mail --in-flight requeue --backlog purge --then hold --grace"
                + " 5000ms -m 'it'\\''s INC-42'");
  }
}
