package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.START;
import static dev.warrener.controller.fleet.state.Samples.busy;
import static dev.warrener.controller.fleet.state.Samples.run;
import static dev.warrener.controller.fleet.state.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.TestSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TaskMemoryTest {
  private static final Settings SETTINGS = TestSettings.of(1, 0);
  private static final QueueState MAIL = QueueState.of(SETTINGS.queue("mail"));

  private final WorkerPool pool = WorkerPool.of(SETTINGS.queues(), START);
  private TaskMemory memory = TaskMemory.empty(START);

  @Test
  void aTaskIsKnownFromItsFirstDeliveryOn() {
    assertThat(memory.isKnown("a")).isFalse();

    memory = memory.delivered("a");

    assertThat(memory.isKnown("a")).isTrue();
    assertThat(memory.mayBeTwice("a")).isFalse();
    assertThat(memory.delivered("a").mayBeTwice("a")).isTrue();
  }

  @Test
  void tasksThatAreStillHereOutliveThePruning() {
    memory = memory.delivered("runs").delivered("waits").delivered("waits");
    for (int i = 0; i < KnownTasks.LEAST_FULL; i++) {
      memory = memory.delivered("gone-" + i);
    }
    var busy = pool.with(busy(Objects.requireNonNull(pool.find(1)), run("runs", 1)));

    memory = memory.pruned(busy, List.of(MAIL.plus(2, task("waits"))));

    assertThat(memory.isKnown("runs")).isTrue();
    assertThat(memory.isKnown("waits")).isTrue();
    assertThat(memory.mayBeTwice("waits")).isTrue();
    assertThat(memory.isKnown("gone-0")).isFalse();
  }

  @Test
  void aSmallMemoryIsNotPruned() {
    memory = memory.delivered("gone");

    assertThat(memory.pruned(pool, List.of(MAIL)).isKnown("gone")).isTrue();
  }

  @Test
  void theLastRunOfATaskIsRememberedWithItsSettlement() {
    var owed = new EndedRuns.Owed.Nothing();
    memory = memory.remembering(task("a"), owed, START, Duration.ofMinutes(10));

    assertThat(memory.lastRun("a")).isNotNull();
    assertThat(memory.endedRun(task("a"))).isNotNull();
    assertThat(memory.lastRun("b")).isNull();
  }
}
