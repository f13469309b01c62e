package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Scope;
import dev.warrener.operator.order.KillPlan;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KillPlanTextTest {
  private static KillPlanText words(KillPlan plan) {
    return new KillPlanText(plan, false);
  }

  @Test
  void itAlwaysSaysWhatItIsGoingToDo() {
    assertThat(words(KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO)).sentences())
        .containsExactly(
            "  in flight  requeue      running tasks go back to their queue and start again after a"
                + " resume",
            "  backlog    keep         waiting tasks keep waiting",
            "  then       hold         nothing of it starts until: warrener resume --all");
    assertThat(
            words(KillPlan.of(Scope.ofBatch("b"), null, null, null, Duration.ofSeconds(5)))
                .sentences())
        .containsExactly(
            "  in flight  dead-letter  running tasks go to their queue's dead letters",
            "  backlog    keep         other waiting tasks keep waiting; waiting tasks named here"
                + " meet the same fate when they come up",
            "  then       respawn      fresh workers go on at once",
            "  grace      5.0s         handlers are asked to stop, then SIGTERM, and SIGKILL after"
                + " it");
  }

  @Test
  void theCommandSpellsOutEveryChoice() {
    var plan = KillPlan.of(Scope.ofQueue("mail"), null, Backlog.PURGE, null, Duration.ofSeconds(5));

    assertThat(words(plan).command("it's INC-42"))
        .isEqualTo(
            "warrener kill --queue mail --in-flight requeue --backlog purge --then hold --grace"
                + " 5000ms -m 'it'\\''s INC-42'");
  }
}
