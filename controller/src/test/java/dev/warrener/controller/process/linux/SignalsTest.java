package dev.warrener.controller.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A number can come to stand for another process: that one is not to be hit. */
@Timeout(60)
class SignalsTest {
  private Process process;
  private ProcessId itself;

  @BeforeEach
  void start() throws IOException {
    process = new ProcessBuilder("sleep", "1000").start();
    itself = Objects.requireNonNull(Stat.of(process.pid())).id();
  }

  @AfterEach
  void end() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  @Test
  void aProcessThatStartedAtAnotherTimeUnderTheSameNumberIsLeftAlone() throws InterruptedException {
    Signals.send(new ProcessId(itself.pid(), itself.startTicks() - 1), Kernel.SIGKILL);
    // Signals of one sender are taken in their order, and none comes after SIGKILL.
    Signals.send(itself, Kernel.SIGTERM);

    assertThat(process.waitFor()).isEqualTo(128 + Kernel.SIGTERM);
  }

  @Test
  void whatIsGoneIsSignalledWithoutACry() throws InterruptedException {
    Signals.send(itself, Kernel.SIGKILL);
    assertThat(process.waitFor()).isEqualTo(128 + Kernel.SIGKILL);

    Signals.send(itself, Kernel.SIGKILL);
  }
}
