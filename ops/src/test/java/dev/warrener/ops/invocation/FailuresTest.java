package dev.warrener.ops.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.ControllerIdTakenException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.ops.screen.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int report(Throwable failure, boolean verbose) {
    return Failures.report(
        failure, new PrintStream(err, true, StandardCharsets.UTF_8), Style.PLAIN, verbose);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static Stream<Arguments> statuses() {
    return Stream.of(
        Arguments.of(new BrokerUnreachableException("x", null), 69),
        Arguments.of(new NotAllowedException("x", null), 77),
        Arguments.of(new NoSuchQueueException("x", null), 4),
        Arguments.of(new TopologyMismatchException("x", null), 78),
        Arguments.of(new ControllerIdTakenException("x", null), 78),
        Arguments.of(new BrokerException("x", null), 3),
        Arguments.of(new CommandFailure(ExitStatus.DECLINED, "x"), 5));
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void whatIsUnderstoodIsOneSentenceAndItsStatus(Throwable failure, int status) {
    assertThat(report(failure, false)).isEqualTo(status);
    assertThat(err()).isEqualTo("error: x\n");
  }

  @Test
  void traceIsShownOnlyWhenAskedFor() {
    report(new NotAllowedException("x", new IllegalStateException("403")), true);

    assertThat(err()).startsWith("error: x\n").contains("Caused by: ").contains("403");
  }

  @Test
  void bugIsOneSentenceThatSaysWhereTheTraceIs() throws Exception {
    assertThat(report(new IllegalStateException("no more carrots"), false)).isEqualTo(1);

    assertThat(err().lines()).hasSize(1);
    assertThat(err())
        .startsWith(
            "error: this is a bug in warrener: java.lang.IllegalStateException: no more carrots; the"
                + " trace is in ");
    var file = Path.of(err().strip().substring(err().lastIndexOf(" in ") + 4));
    try {
      assertThat(file).content().contains("bugIsOneSentenceThatSaysWhereTheTraceIs");
    } finally {
      Files.delete(file);
    }
  }
}
