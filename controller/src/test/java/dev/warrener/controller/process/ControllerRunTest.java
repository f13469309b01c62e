package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerRunTest {

  @Test
  void itIsReadAsItIsWritten() {
    ControllerRun run = ControllerRun.begin("web-1.example_2");

    assertThat(ControllerRun.parse(run.toString())).isEqualTo(run);
  }

  @Test
  void theRunOfThisProcessIsNotOver() {
    assertThat(ControllerRun.begin("web-1").isOver()).isFalse();
  }

  @Test
  void aRunWhoseProcessIsGoneIsOver() {
    ControllerRun run = ControllerRun.begin("web-1");

    // The same number with another start time is another process.
    assertThat(
            new ControllerRun("web-1", 1, run.pidNamespace(), run.pid(), run.startTicks() - 1)
                .isOver())
        .isTrue();
  }

  @Test
  void aRunOfAnotherPidNamespaceCannotBeJudged() {
    ControllerRun run = ControllerRun.begin("web-1");

    assertThat(new ControllerRun("web-1", 1, run.pidNamespace() + 1, 1, 1).isOver()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "../etc", "a/b", "-a", "a b", "ä"})
  void anIdThatCouldNotBeAFilesNameIsRefused(String id) {
    assertThatThrownBy(() -> ControllerRun.begin(id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a controller's id has");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web-1",
        "web-1/1/2/3",
        "web-1/0/2/3/4",
        "web-1/99999999999/2/3/4",
        "/1/2/3/4"
      })
  void otherTextIsNoRun(String text) {
    assertThat(ControllerRun.parse(text)).isNull();
  }
}
