package dev.warrener.controller.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatTest {
  private static final String REST =
      " S 1 42 41 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 98765 1000 10 1844674407370955 0 0 0\n";

  @Test
  void theFieldsAreThoseThatTheKernelDocuments() {
    assertThat(Stat.parse("42 (sleep)" + REST))
        .isEqualTo(new Stat(new ProcessId(42, 98765), "sleep", 'S', 1, 42, 41, false));
  }

  @Test
  void aNameMayHoldBracketsAndBlanks() {
    assertThat(Stat.parse("42 (a) R 7 (b)" + REST))
        .isEqualTo(new Stat(new ProcessId(42, 98765), "a) R 7 (b", 'S', 1, 42, 41, false));
  }

  @Test
  void whatIsCutShortIsNone() {
    assertThat(Stat.parse("")).isNull();
    assertThat(Stat.parse("42 (sle")).isNull();
    assertThat(Stat.parse("42 (sleep) S 1 42 41")).isNull();
  }

  @Test
  void thisProcessIsAliveAndOneThatStartedAtAnotherTimeIsNot() {
    Stat self = Stat.of(ProcessHandle.current().pid());

    assertThat(self).isNotNull();
    assertThat(Stat.isAlive(self.id())).isTrue();
    assertThat(Stat.isAlive(new ProcessId(self.id().pid(), self.id().startTicks() + 1))).isFalse();
  }
}
