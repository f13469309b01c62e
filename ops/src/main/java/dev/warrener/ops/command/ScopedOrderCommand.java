package dev.warrener.ops.command;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that have a kill's scopes and kill nothing: hold, resume, drain. */
abstract class ScopedOrderCommand extends FleetCommand {
  private final OrderKind kind;

  @Mixin private ScopeOptions scopeOptions = new ScopeOptions();

  @Option(
      names = {"-m", "--reason"},
      paramLabel = "TEXT",
      order = 24,
      defaultValue = "",
      description = "Why, for the record and for the next person.")
  private String reason = "";

  @Option(
      names = {"-n", "--dry-run"},
      order = 25,
      description = "Ask the controllers whom it is about, and do nothing.")
  private boolean dryRun;

  @Option(
      names = "--no-wait",
      order = 29,
      description = "Don't wait for confirmations: print the order's id.")
  private boolean noWait;

  @Option(
      names = "--id",
      paramLabel = "UUID",
      order = 30,
      description = "The order's id, a UUIDv7. The same id again is the same order.")
  private @Nullable String id;

  @Mixin private LocalOptions localOptions = new LocalOptions();

  ScopedOrderCommand(Invocation invocation, OrderKind kind) {
    super(invocation);
    this.kind = kind;
  }

  /** How long to wait for those who have heard the order. */
  abstract Duration timeout();

  /** What it is going to do, in a sentence. */
  abstract String announcement(String scope);

  @Override
  final ExitStatus run() throws InterruptedException {
    var scope = scopeOptions.scope(kind.wire());
    var order = order(id == null ? Uuid7.next() : id, scope, false);
    var question = order(Uuid7.next(), scope, true);
    var desk = invocation().desk();
    try (var line =
        localOptions.open(invocation(), kind.wire(), List.of(order.id(), question.id()))) {
      var plain = new PlainOrder(line, desk);
      desk.screen()
          .insist(Tone.STRONG, announcement((line.isLocal() ? "--local " : "") + scope.describe()));
      if (dryRun) {
        return Conclusion.show(desk.screen(), plain.ask(question), now(), line).status();
      }
      if (!scope.all()) {
        plain.ask(question);
      }
      return plain.send(order, timeout(), !noWait).status();
    }
  }

  private Order order(String orderId, Scope scope, boolean onlyAsks) {
    try {
      return OrderForm.of(kind, orderId, scope, reason, invocation().person(), now(), onlyAsks);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitStatus.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private Instant now() {
    return invocation().clock().instant();
  }

  /** {@code warrener hold}. */
  @Command(
      name = "hold",
      description = "Take no more tasks of the scope, until a resume. What runs goes on.")
  static final class Hold extends ScopedOrderCommand {
    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        order = 28,
        defaultValue = "10s",
        converter = DurationConverter.class,
        description = "How long to wait for confirmations (default: 10s).")
    private Duration timeout = Duration.ofSeconds(10);

    Hold(Invocation invocation) {
      super(invocation, OrderKind.HOLD);
    }

    @Override
    Duration timeout() {
      return timeout;
    }

    @Override
    String announcement(String scope) {
      return "Hold "
          + scope
          + ": what runs goes on, nothing else starts until: warrener resume "
          + scope;
    }
  }

  /** {@code warrener resume}. */
  @Command(
      name = "resume",
      description =
          "Lift holds on the scope, and what was revoked in it. The newest hold or resume that"
              + " matches decides, so one controller of a held fleet can be resumed first.")
  static final class Resume extends ScopedOrderCommand {
    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        order = 28,
        defaultValue = "10s",
        converter = DurationConverter.class,
        description = "How long to wait for confirmations (default: 10s).")
    private Duration timeout = Duration.ofSeconds(10);

    Resume(Invocation invocation) {
      super(invocation, OrderKind.RESUME);
    }

    @Override
    Duration timeout() {
      return timeout;
    }

    @Override
    String announcement(String scope) {
      return "Resume " + scope + ": tasks are taken again";
    }
  }

  /** {@code warrener drain}. */
  @Command(
      name = "drain",
      description = {
        "Hold the scope, and wait until nothing of it runs any more.",
        "",
        "Running tasks have all the time they need: Ctrl-C stops watching, not the drain."
      })
  static final class Drain extends ScopedOrderCommand {
    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        order = 28,
        defaultValue = "1h",
        converter = DurationConverter.class,
        description =
            "How long to wait for running tasks (default: 1h); a controller that says nothing at all"
                + " is waited for at most 10s.")
    private Duration timeout = Duration.ofHours(1);

    Drain(Invocation invocation) {
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
}
