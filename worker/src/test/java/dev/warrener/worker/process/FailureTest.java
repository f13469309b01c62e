package dev.warrener.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.frame.ErrorType;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FailureTest {
  @Test
  void failureSaysWhatWasThrownAndWhere() {
    Failure failure = Failure.of(new IllegalStateException("no", new RuntimeException("because")));

    assertThat(failure.type()).isEqualTo("java.lang.IllegalStateException");
    assertThat(failure.message()).isEqualTo("no");
    assertThat(failure.stack())
        .startsWith(
            "java.lang.IllegalStateException: no\n\tat dev.warrener.worker.process.FailureTest")
        .contains("Caused by: java.lang.RuntimeException: because");
  }

  @Test
  void failureWithoutAMessageSaysItsKind() {
    assertThat(Failure.of(new NullPointerException()).message()).isEqualTo("NullPointerException");
  }

  @Test
  void invalidInputHasATypeThatHoldsInAllLanguages() {
    assertThat(Failure.of(new InvalidInputException("no 'x'")).type())
        .isEqualTo(ErrorType.INVALID_INPUT);
  }

  @Test
  void longTextsAreCutWithAMark() {
    Failure failure = Failure.of(new IllegalStateException("😀".repeat(100_000)));

    assertThat(failure.message()).endsWith("😀 [cut]").hasSizeBetween(8 * 1024 - 1, 8 * 1024);
    assertThat(failure.stack()).endsWith("😀 [cut]").hasSizeBetween(32 * 1024 - 1, 32 * 1024);
  }

  @Test
  void firstCauseIsKeptWhenTheStackIsCut() {
    Throwable thrown = new IllegalStateException("broken pipe");
    for (int i = 0; i < 300; i++) {
      thrown = new IllegalArgumentException("layer " + i + " of many ".repeat(20), thrown);
    }

    Failure failure = Failure.of(thrown);

    assertThat(failure.stack())
        .startsWith("java.lang.IllegalArgumentException: layer 299")
        .endsWith(" [cut]\nCaused by: java.lang.IllegalStateException: broken pipe")
        .hasSizeLessThanOrEqualTo(32 * 1024);
  }

  @Test
  void exceptionThatThrowsWhenItIsAskedIsAFailureAllTheSame() {
    Failure failure = Failure.of(new HostileException());

    assertThat(failure.message())
        .isEqualTo("(asking for the message threw java.lang.UnsupportedOperationException)");
    assertThat(failure.stack()).isEqualTo("(printing it threw java.lang.StackOverflowError)");
  }

  private static final class HostileException extends Exception {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable String getMessage() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void printStackTrace(PrintWriter writer) {
      throw new StackOverflowError();
    }
  }
}
