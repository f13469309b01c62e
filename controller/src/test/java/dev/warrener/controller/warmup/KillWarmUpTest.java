package dev.warrener.controller.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KillWarmUpTest {
  @Test
  void itRunsUnlessItIsTurnedOff() {
    assertThat(KillWarmUp.isWanted(null)).isTrue();
    assertThat(KillWarmUp.isWanted("true")).isTrue();
    assertThat(KillWarmUp.isWanted("false")).isFalse();
  }
}
