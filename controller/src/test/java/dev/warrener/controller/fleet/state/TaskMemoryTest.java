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
    assertThat(memory.isKnown(key("a"))).isFalse();

    memory = memory.delivered(key("a"));

    assertThat(memory.isKnown(key("a"))).isTrue();
    assertThat(memory.mayBeTwice(key("a"))).isFalse();
    assertThat(memory.delivered(key("a")).mayBeTwice(key("a"))).isTrue();
  }

  @Test
  void tasksThatAreStillHereOutliveThePruning() {
    memory = memory.delivered(key("runs")).delivered(key("waits")).delivered(key("waits"));
    for (int i = 0; i < KnownTasks.LEAST_FULL; i++) {
      memory = memory.delivered(key("gone-" + i));
    }
    var busy = pool.with(busy(Objects.requireNonNull(pool.find(1)), run("runs", 1)));

    memory = memory.pruned(busy, List.of(MAIL.plus(2, task("waits"))));

    assertThat(memory.isKnown(key("runs"))).isTrue();
    assertThat(memory.isKnown(key("waits"))).isTrue();
    assertThat(memory.mayBeTwice(key("waits"))).isTrue();
    assertThat(memory.isKnown(key("gone-0"))).isFalse();
  }

  @Test
  void aSmallMemoryIsNotPruned() {
    memory = memory.delivered(key("gone"));

    assertThat(memory.pruned(pool, List.of(MAIL)).isKnown(key("gone"))).isTrue();
  }

  @Test
  void theLastRunOfATaskIsRememberedWithItsSettlement() {
    var owed = new EndedRuns.Owed.Nothing();
    memory = memory.remembering(task("a"), owed, null, START, Duration.ofMinutes(10));

    assertThat(memory.lastRun(key("a"))).isNotNull();
    assertThat(memory.endedRun(task("a"))).isNotNull();
    assertThat(memory.lastRun(key("b"))).isNull();
  }

  private static TaskKey key(String task) {
    return new TaskKey(task, "mail");
  }
}
