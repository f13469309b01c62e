package dev.warrener.ops.dead;

import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.broker.admin.DeadLetters.Moved;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderCall;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.UnknownTargetException;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.Invocation;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code warrener dead requeue}. */
@Command(
    name = "requeue",
    description = {
      "Put dead letters back into their queue: each is published, confirmed, and then removed.",
      "",
      "A task that had used up its attempts gets one more. Orders that revoked it before don't"
          + " apply to it any more."
    })
public final class DeadRequeueCommand extends DeadMoveCommand {
  public DeadRequeueCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  String command() {
    return "dead requeue";
  }

  @Override
  String verb() {
    return "Requeue";
  }

  @Override
  String outcome() {
    return "requeued";
  }

  @Override
  @Nullable String confirm() {
    return null;
  }

  @Override
  KillPlan.Level level() {
    return KillPlan.Level.SIMPLE;
  }

  @Override
  Moved move(BrokerSession session, String queue, Predicate<DeadLetter> chosen, Instant now)
      throws InterruptedException {
    return session.deadLetters().requeue(queue, Integer.MAX_VALUE, chosen, timeOfIssue(now));
  }

  /**
   * Asks the controllers who is there, and returns the time at which the tasks are put back: after
   * every order that is in force, whatever the clock of this host says. A controller without a list
   * of operators believes only those who have given an order that a task was put back.
   */
  private Instant timeOfIssue(Instant now) throws InterruptedException {
    var access = invocation().access(command());
    var clock = invocation().clock();
    var question = OrderFactory.rollCall(invocation().person(), clock.instant());
    try (var connection = invocation().connect(access, List.of(question.id()))) {
      var call = new OrderCall(connection, clock);
      call.ask(question);
      return call.roster().timeOfIssue(now);
    } catch (CommandFailure | UnknownTargetException | BrokerException e) {
      // Whoever may give no orders is believed where the setting names them as an operator.
      return now;
    }
  }
}
