package dev.warrener.operator.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.operator.order.KillPlan.Level;
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
}
