package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import org.junit.jupiter.api.Test;

class RecentOutputTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);

  private final RecentOutput output = new RecentOutput();

  @Test
  void lastTenLinesAreKeptInTheirOrder() {
    output.begin(WORKER);
    for (int i = 1; i <= 12; i++) {
      output.add(WORKER, "line " + i);
      output.add(WORKER, " ");
    }

    assertThat(output.take(WORKER)).hasSize(10).startsWith("line 3").endsWith("line 12");
  }

  @Test
  void longLineIsCut() {
    output.begin(WORKER);
    output.add(WORKER, "x".repeat(161));

    assertThat(output.take(WORKER)).containsExactly("x".repeat(160) + "…");
  }

  @Test
  void whatWasPrintedBeforeTheRunIsNotKept() {
    output.begin(WORKER);
    output.add(WORKER, "of the task before");
    output.beginRun(WORKER);
    output.add(WORKER, "of this task");

    assertThat(output.take(WORKER)).containsExactly("of this task");
  }

  @Test
  void runOfAWorkerThatIsNotThereKeepsNothing() {
    output.beginRun(WORKER);
    output.add(WORKER, "x");

    assertThat(output.take(WORKER)).isEmpty();
  }

  @Test
  void nothingIsKeptOfAWorkerThatIsNotThere() {
    output.add(WORKER, "before its start");
    output.begin(WORKER);
    output.take(WORKER);
    output.add(WORKER, "after its death");

    assertThat(output.take(WORKER)).isEmpty();
  }
}
