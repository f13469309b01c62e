package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.broker.admin.DeadLetters.Moved;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.ops.invocation.Invocation;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code warrener dead purge}. */
@Command(name = "purge", description = "Drop dead letters for good.")
public final class DeadPurgeCommand extends DeadMoveCommand {
  @Option(
      names = "--confirm",
      paramLabel = "QUEUE",
      description = 
          "Don't ask. QUEUE is the queue's name, which the question would have you type.")
  private @Nullable String confirm;

  public DeadPurgeCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  String command() {
    return "dead purge";
  }

  @Override
  String verb() {
    return "Drop";
  }

  @Override
  String outcome() {
    return "dropped for good";
  }

  @Override
  @Nullable String confirm() {
    return confirm;
  }

  @Override
  KillPlan.Level level() {
    return KillPlan.Level.TYPED;
  }

  @Override
  Moved move(BrokerSession session, String queue, Predicate<DeadLetter> chosen, Instant now) {
    return session.deadLetters().purge(queue, Integer.MAX_VALUE, chosen);
  }
}
