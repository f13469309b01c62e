package dev.warrener.worker.process;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.testing.TestTaskContext;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommandHandlerTest {
  /** The environment can't hold it, however often the task is tried. */
  @Test
  void taskWhoseIdHasANulIsInvalid() {
    var handler = new CommandHandler(List.of("true"), 1000);

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> handler.handle(new TestTaskContext("a\0b"), new byte[0]))
        .withMessage(
            "the task's id has a NUL character, which the environment of a command can't hold");
  }
}
