package dev.warrener.controller.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.TestSettings;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.report.Report;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An imaginary kill takes every step of a real one: else it would warm up too little. */
class ImaginaryFleetTest {
  private final List<Effect> seen = new ArrayList<>();
  private final ImaginaryFleet fleet = new ImaginaryFleet(TestSettings.of(1, 0), seen::add);

  @ParameterizedTest
  @EnumSource(InFlight.class)
  void everyWorkerIsKilledCertifiedAndItsTaskSettled(InFlight fate) {
    var done = fleet.kill(fate);

    assertThat(done.workers()).isEqualTo(8);
    assertThat(done.tasks()).isEqualTo(8);
    assertThat(done.failed()).isEmpty();
    assertThat(reports(Report.WorkerDead.class)).isEqualTo(8);
    assertThat(reports(Report.TaskSettled.class)).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource(InFlight.class)
  void everyKillStartsWithTheSameFleet(InFlight fate) {
    fleet.kill(fate);
    seen.clear();

    assertThat(fleet.kill(fate).workers()).isEqualTo(8);
    assertThat(reports(Report.WorkerDead.class)).isEqualTo(8);
  }

  private long reports(Class<? extends Report> type) {
    return seen.stream()
        .filter(effect -> effect instanceof Effect.Say say && type.isInstance(say.report()))
        .count();
  }
}
