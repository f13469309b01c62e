package dev.warrener.ops.order;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.Invocation;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code warrener drain}. */
@Command(
    name = "drain",
    description = {
      "Hold the scope, and wait until nothing of it runs.",
      "",
      "Running tasks have all the time they need. Ctrl-C stops watching, not the drain."
    })
public final class DrainCommand extends ScopedOrderCommand {
  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      order = 28,
      defaultValue = "1h",
      converter = DurationConverter.class,
      description =
          "How long to wait for running tasks (default: 1h); a controller that does not answer"
              + " at all is waited for at most 10s.")
  private Duration timeout = Duration.ofHours(1);

  public DrainCommand(Invocation invocation) {
    super(invocation, OrderKind.DRAIN);
  }

  @Override
  Duration timeout() {
    return timeout;
  }

  @Override
  String announcement(String scope) {
    return "Drain "
        + scope
        + ": running tasks finish, nothing else starts until: warrener resume "
        + scope;
  }
}
