package dev.warrener.ops.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableLayoutTest {
  private static final String FORGED = "x\r\n2026-11-28T07:00:00Z INFO  all is well\u001b[2J\u202e";
  private static final String SHOWN =
      "x\\u000d\\u000a2026-11-28T07:00:00Z INFO  all is well\\u001b[2J\\u202e";

  private static String logged(String pattern, @Nullable Throwable throwable) {
    var context = new LoggerContext();
    var layout = new PrintableLayout();
    layout.setContext(context);
    layout.setPattern(pattern);
    layout.start();
    var logger = context.getLogger(PrintableLayoutTest.class);
    return layout.doLayout(
        new LoggingEvent("", logger, Level.INFO, "said {}", throwable, new Object[] {FORGED}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%-5level %msg%n", "%-5level %m%n", "%-5level %message%n"})
  void messageIsOneLine(String pattern) {
    assertThat(logged(pattern, null)).isEqualTo("INFO  said " + SHOWN + System.lineSeparator());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%-5level %msg%n",
        "%-5level %msg%n%ex",
        "%-5level %msg%n%rEx",
        "%-5level %msg%n%xEx"
      })
  void noLineOfATraceCanPassForALineOfTheLog(String pattern) {
    var failure = new IllegalStateException(FORGED, new RuntimeException(FORGED));

    var lines = logged(pattern, failure).lines().toList();

    assertThat(lines.getFirst()).isEqualTo("INFO  said " + SHOWN);
    assertThat(lines.subList(1, lines.size()))
        .hasSizeGreaterThan(4)
        .allMatch(line -> line.startsWith("\t"))
        .anyMatch(line -> line.contains("IllegalStateException: x"))
        .anyMatch(line -> line.contains("RuntimeException: x"))
        .noneMatch(line -> line.contains("\u001b") || line.contains("\u202e"));
  }
}
