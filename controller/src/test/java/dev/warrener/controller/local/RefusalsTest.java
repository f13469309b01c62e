package dev.warrener.controller.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  @Test
  void whoeverConnectsWithoutEndFillsNoLog() {
    var refusals = new Refusals();
    int recorded = 0;
    for (int i = 0; i < 1_000; i++) {
      recorded += refusals.note("task " + i, i).isPresent() ? 1 : 0;
    }

    assertThat(recorded).isEqualTo(Refusals.ONE_BY_ONE);
    assertThat(refusals.note("a task", Duration.ofMinutes(2).toNanos()))
        .contains("a task (and 990 more since the last record)");
    assertThat(refusals.note("a task", Duration.ofMinutes(2).toNanos())).contains("a task");
  }
}
