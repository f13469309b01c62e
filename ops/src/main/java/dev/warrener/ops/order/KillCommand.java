package dev.warrener.ops.order;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.Confirmation;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.invocation.WireNameConverters;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code warrener kill}. */
@Command(
    name = "kill",
    description = {
      "SIGKILL worker processes now, with all their descendants, settle what they ran, and wait for"
          + " every controller's proof.",
      "",
      "Controllers are never killed. Defaults: for --all, --controller and --queue running tasks are"
          + " requeued and the scope is held until a resume; for --worker requeued, and the worker is"
          + " replaced; for --batch and --task they go to the dead letters, and workers go on.",
      "",
      "Each worker's death has a certificate. Its PROCESSES are the processes of the worker's tree"
          + " that were seen dying. AFTER is the time from the first signal until the tree was"
          + " empty."
    })
public final class KillCommand extends FleetCommand {
  @Mixin private OrderOptions options = new OrderOptions();

  @Option(
      names = "--in-flight",
      paramLabel = "FATE",
      order = 20,
      converter = WireNameConverters.OfInFlight.class,
      description = "What becomes of running tasks: requeue, purge or dead-letter.")
  private @Nullable InFlight inFlight;

  @Option(
      names = "--backlog",
      paramLabel = "FATE",
      order = 21,
      converter = WireNameConverters.OfBacklog.class,
      description = "What becomes of waiting tasks: keep, purge or dead-letter (default: keep).")
  private @Nullable Backlog backlog;

  @Option(
      names = "--then",
      paramLabel = "WHAT",
      order = 22,
      converter = WireNameConverters.OfThen.class,
      description =
          "What comes after: hold (until a resume), respawn, or exit (hold, and the controllers end"
              + " themselves).")
  private @Nullable Then then;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      order = 23,
      defaultValue = "0",
      converter = DurationConverter.class,
      description =
          "Ask first (SIGTERM) and SIGKILL after this time (default: 0, SIGKILL at once).")
  private Duration grace = Duration.ZERO;

  @Option(
      names = {"-y", "--yes"},
      order = 26,
      description = "Don't ask.")
  private boolean yes;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      order = 27,
      description = 
          "Don't ask. NAME is the namespace, which the question would have you type.")
  private @Nullable String confirm;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      order = 28,
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long to wait for confirmations, after the grace (default: 10s).")
  private Duration timeout = Duration.ofSeconds(10);

  @Mixin private LocalOptions localOptions = new LocalOptions();

  public KillCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var scope = options.scope().scope("kill");
    var id = options.id();
    var previewId = Uuid7.next();
    var request = request(plan(scope), id, previewId);
    var context = invocation().context();
    if (request.mustAsk() && context.prompt().isEmpty()) {
      // No person can be asked: refuse before anything is asked of the fleet.
      request.confirmation().require(request.plan().level(), "kill", context.prompt());
    }
    var beginnings = TaskBeginnings.of(scope, invocation());
    var orders = beginnings.orders(id, previewId);
    try (var connection = localOptions.open(invocation(), "kill", orders)) {
      var meant = beginnings.completed(connection, context);
      if (!meant.equals(scope)) {
        request = request(plan(meant), id, previewId);
      }
      return new KillDialogue(request, connection, context).run();
    } catch (BrokerUnreachableException e) {
      if (localOptions.isLocal() || options.isDryRun()) {
        throw e;
      }
      throw new CommandFailure(
          ExitStatus.UNAVAILABLE,
          e.getMessage()
              + ". "
              + new KillPlanText(request.plan(), false).withoutBroker(options.reason()),
          e);
    }
  }

  private KillDialogue.Request request(KillPlan plan, String id, String previewId) {
    requireSense(plan);
    String namespace = invocation().namespace().name();
    return new KillDialogue.Request(
        namespace,
        plan,
        order(plan, id, options.isDryRun()),
        order(plan, previewId, true),
        new Confirmation(yes, confirm, namespace, isProtected()),
        timeout,
        options.waits());
  }

  /** Refuses in the words of the options what an order would refuse in those of the contract. */
  private static void requireSense(KillPlan plan) {
    if (plan.scope().namesTasks()
        && plan.inFlight() == InFlight.REQUEUE
        && plan.backlog() != Backlog.KEEP) {
      throw CommandFailure.usage(
          "--in-flight requeue and --backlog "
              + plan.backlog().wire()
              + " contradict each other for --task and --batch: a requeued task waits again; give"
              + " both the same fate");
    }
    if (plan.grace().toMillis() > Order.MAX_GRACE_MILLIS) {
      throw CommandFailure.usage(
          "--grace must be at most "
              + Phrases.brief(Duration.ofMillis(Order.MAX_GRACE_MILLIS))
              + ", not "
              + Phrases.brief(plan.grace()));
    }
  }

  private KillPlan plan(Scope scope) {
    try {
      return KillPlan.of(scope, inFlight, backlog, then, grace);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }

  private boolean isProtected() {
    return !invocation().environment().getOrDefault("WARRENER_PROTECTED", "").isEmpty();
  }

  private Order order(KillPlan plan, String orderId, boolean onlyAsks) {
    try {
      return OrderFactory.kill(
          orderId,
          plan,
          options.reason(),
          invocation().person(),
          invocation().clock().instant(),
          onlyAsks);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }
}
