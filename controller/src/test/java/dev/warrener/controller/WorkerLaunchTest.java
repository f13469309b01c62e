package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkerLaunchTest {
  private static final long MIB = 1 << 20;

  @Test
  void workersOfAControllerWithASmallHeapReturnNoMoreThanItCanTake() {
    assertThat(WorkerLaunch.resultLimit(16 * MIB))
        .containsExactly("--max-result-bytes", Long.toString(16 * MIB - 64 * 1024));
  }

  @Test
  void otherWorkersHaveTheirOwnLimit() {
    assertThat(WorkerLaunch.resultLimit(65 * MIB)).isEmpty();
  }
}
