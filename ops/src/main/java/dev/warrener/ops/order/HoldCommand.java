package dev.warrener.ops.order;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.ops.invocation.Invocation;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener hold}. */
@Command(
    name = "hold",
    description = "Take no more tasks of the scope until a resume. Running tasks go on.")
public final class HoldCommand extends ScopedOrderCommand {
  @Mixin private TimeoutOption timeout = new TimeoutOption();

  public HoldCommand(Invocation invocation) {
    super(invocation, OrderKind.HOLD);
  }

  @Override
  Duration timeout() {
    return timeout.timeout();
  }

  @Override
  String announcement(String scope) {
    return "Hold "
        + scope
        + ": running tasks go on, nothing else starts until: warrener resume "
        + scope;
  }
}
