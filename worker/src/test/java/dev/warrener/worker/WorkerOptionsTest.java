package dev.warrener.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerOptionsTest {
  @Test
  void defaultsAreAsDocumented() throws UnusableWorkerException {
    assertThat(WorkerOptions.parse()).isEqualTo(new WorkerOptions(64 << 20, true, null));
  }

  @Test
  void optionsAreRead() throws UnusableWorkerException {
    assertThat(WorkerOptions.parse("--max-result-bytes", "7", "--no-built-in"))
        .isEqualTo(new WorkerOptions(7, false, null));
  }

  @Test
  void everythingAfterExecIsTheCommand() throws UnusableWorkerException {
    assertThat(WorkerOptions.parse("--exec", "tool", "--no-built-in", "--exec"))
        .isEqualTo(new WorkerOptions(64 << 20, true, List.of("tool", "--no-built-in", "--exec")));
  }

  @Test
  void whatIsNoOptionIsRefusedWithASentence() {
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerOptions.parse("--help"))
        .withMessage("a worker has no option '--help': " + WorkerOptions.USAGE);
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerOptions.parse("--exec"))
        .withMessage("--exec needs a command");
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerOptions.parse("--max-result-bytes"))
        .withMessage("--max-result-bytes needs a whole number, not ''");
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerOptions.parse("--max-result-bytes", "300000000"))
        .withMessage("--max-result-bytes must be from 0 to 267386880");
  }
}
