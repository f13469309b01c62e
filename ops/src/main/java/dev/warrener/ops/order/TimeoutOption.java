package dev.warrener.ops.order;

import dev.warrener.ops.invocation.DurationConverter;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The option for the wait for an order that controllers do at once. Written by picocli. */
final class TimeoutOption {
  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      order = 28,
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long to wait for confirmations (default: 10s).")
  private Duration timeout = Duration.ofSeconds(10);

  Duration timeout() {
    return timeout;
  }
}
