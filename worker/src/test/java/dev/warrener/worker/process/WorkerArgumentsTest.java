package dev.warrener.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.warrener.worker.builtin.BuiltInChoice;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerArgumentsTest {
  @Test
  void defaultsAreAsDocumented() throws UnusableWorkerException {
    assertThat(WorkerArguments.parse())
        .isEqualTo(new WorkerArguments(64 << 20, BuiltInChoice.BASIC, null));
  }

  @Test
  void optionsAreRead() throws UnusableWorkerException {
    assertThat(WorkerArguments.parse("--max-result-bytes", "7", "--no-built-in"))
        .isEqualTo(new WorkerArguments(7, BuiltInChoice.NONE, null));
    assertThat(WorkerArguments.parse("--built-in", "all").builtIn()).isEqualTo(BuiltInChoice.ALL);
  }

  @Test
  void everythingAfterExecIsTheCommand() throws UnusableWorkerException {
    assertThat(WorkerArguments.parse("--exec", "tool", "--no-built-in", "--exec"))
        .isEqualTo(
            new WorkerArguments(
                64 << 20, BuiltInChoice.BASIC, List.of("tool", "--no-built-in", "--exec")));
  }

  @Test
  void whatIsNoOptionIsRefusedWithASentence() {
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerArguments.parse("--help"))
        .withMessage("a worker has no option '--help': " + WorkerArguments.USAGE);
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerArguments.parse("--built-in", "some"))
        .withMessage("--built-in needs basic, all or none, not 'some'");
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerArguments.parse("--exec"))
        .withMessage("--exec needs a command");
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerArguments.parse("--max-result-bytes"))
        .withMessage("--max-result-bytes needs a whole number, not ''");
    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> WorkerArguments.parse("--max-result-bytes", "300000000"))
        .withMessage("--max-result-bytes must be from 0 to 267386880");
  }
}
