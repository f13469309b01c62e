package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class WarmUpTest {
  /** It runs on a thread of its own, where nobody would see that it no longer can. */
  @Test
  void whatIsWrittenAndReadInAdvanceIsOfTheContract() {
    assertThatCode(WarmUp::run).doesNotThrowAnyException();
  }
}
