package dev.warrener.ops.order;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.ops.invocation.Invocation;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener resume}. */
@Command(
    name = "resume",
    description =
        "Lift holds on the scope, and what was revoked in it. The newest hold or resume that"
            + " matches decides, so one controller of a held fleet can be resumed first.")
public final class ResumeCommand extends ScopedOrderCommand {
  @Mixin private TimeoutOption timeout = new TimeoutOption();

  public ResumeCommand(Invocation invocation) {
    super(invocation, OrderKind.RESUME);
  }

  @Override
  Duration timeout() {
    return timeout.timeout();
  }

  @Override
  String announcement(String scope) {
    return "Resume " + scope + ": tasks are taken again";
  }
}
