package dev.warrener.ops.order;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that have the scopes of a kill and kill nothing: hold, resume, drain. */
abstract class ScopedOrderCommand extends FleetCommand {
  private final OrderKind kind;

  @Mixin private OrderOptions options = new OrderOptions();

  @Mixin private LocalOptions localOptions = new LocalOptions();

  ScopedOrderCommand(Invocation invocation, OrderKind kind) {
    super(invocation);
    this.kind = kind;
  }

  @Option(
      names = {"-y", "--yes"},
      order = 26,
      description = "Accepted as for kill, for scripts: this command never asks.")
  void acceptYes(boolean given) {
    // There is no question that it could answer.
  }

  /** Returns how long controllers that have received the order may take. */
  abstract Duration timeout();

  /** Returns what the order is going to do, in a sentence. */
  abstract String announcement(String scope);

  @Override
  public final ExitStatus run() throws InterruptedException {
    var given = options.scope().scope(kind.wire());
    // Refuses an id that can't be one before anything is asked of the fleet.
    var orderId = order(options.id(), given, false).id();
    var questionId = Uuid7.next();
    var beginnings = TaskBeginnings.of(given, invocation());
    var context = invocation().context();
    try (var connection =
        localOptions.open(invocation(), kind.wire(), beginnings.orders(orderId, questionId))) {
      var scope = beginnings.completed(connection, context);
      var order = order(orderId, scope, false);
      var question = order(questionId, scope, true);
      var dialogue = new OrderDialogue(connection, context);
      context
          .screen()
          .insist(
              Tone.STRONG,
              (options.isDryRun() ? "Dry run, nothing is done. " : "")
                  + announcement((connection.isLocal() ? "--local " : "") + scope.describe()));
      if (options.isDryRun()) {
        return ExitStatus.of(
            OrderSummary.show(
                context.screen(), dialogue.ask(question), context.clock().instant(), connection));
      }
      if (!scope.all()) {
        dialogue.ask(question);
      }
      return options.waits() ? dialogue.send(order, timeout()) : dialogue.sendOnly(order);
    }
  }

  private Order order(String orderId, Scope scope, boolean onlyAsks) {
    try {
      return OrderFactory.of(
          kind,
          orderId,
          scope,
          options.reason(),
          invocation().person(),
          invocation().clock().instant(),
          onlyAsks);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }
}
