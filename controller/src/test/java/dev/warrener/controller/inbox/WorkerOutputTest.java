package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

class WorkerOutputTest {
  @ParameterizedTest
  @CsvSource({"debug, DEBUG", "info, INFO", "warn, WARN", "error, ERROR", "fatal, INFO"})
  void lineKeepsTheLevelOfItsHandler(String level, Level expected) {
    var frame = Frame.builder(FrameType.LOG).field(HeaderKey.LEVEL, level).build();

    assertThat(WorkerOutput.level(frame)).isEqualTo(expected);
  }

  @Test
  void whatIsPrintedHasNoLevel() {
    assertThat(WorkerOutput.level(Frame.of(FrameType.LOG))).isEqualTo(Level.INFO);
  }
}
