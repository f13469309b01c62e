package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class BrokerLineTest {
  /** They are read on a thread of their own, where nobody would see that they no longer can be. */
  @Test
  void samplesThatAreReadInAdvanceAreReportsOfTheContract() {
    assertThatCode(BrokerLine::readSamples).doesNotThrowAnyException();
  }
}
