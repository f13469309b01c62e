package dev.warrener.ops.command;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Then;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
          + " replaced; for --batch and --task they go to the dead letters, and workers go on."
    })
final class KillCommand extends FleetCommand {
  @Mixin private ScopeOptions scopeOptions = new ScopeOptions();

  @Option(
      names = "--in-flight",
      paramLabel = "FATE",
      order = 20,
      converter = WireNames.OfInFlight.class,
      description = "What becomes of running tasks: requeue, purge or dead-letter.")
  private @Nullable InFlight inFlight;

  @Option(
      names = "--backlog",
      paramLabel = "FATE",
      order = 21,
      converter = WireNames.OfBacklog.class,
      description = "What becomes of waiting tasks: keep, purge or dead-letter (default: keep).")
  private @Nullable Backlog backlog;

  @Option(
      names = "--then",
      paramLabel = "WHAT",
      order = 22,
      converter = WireNames.OfThen.class,
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
      names = {"-m", "--reason"},
      paramLabel = "TEXT",
      order = 24,
      defaultValue = "",
      description = "Why, for the record and for the next person.")
  private String reason = "";

  @Option(
      names = {"-n", "--dry-run"},
      order = 25,
      description = "Ask the controllers what it would do, and do nothing.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      order = 26,
      description = "Don't ask.")
  private boolean yes;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      order = 27,
      description = "Don't ask; NAME is the namespace, as it would have to be typed.")
  private @Nullable String confirm;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      order = 28,
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long to wait for confirmations, after the grace (default: 10s).")
  private Duration timeout = Duration.ofSeconds(10);

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

  KillCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  ExitStatus run() throws InterruptedException {
    var plan =
        KillPlan.of(scopeOptions.scope("kill"), inFlight, backlog, then, grace)
            .onThisHost(localOptions.isLocal());
    String namespace = invocation().namespace().name();
    var request =
        new Kill.Request(
            namespace,
            plan,
            order(plan, id == null ? Uuid7.next() : id, dryRun),
            order(plan, Uuid7.next(), true),
            new Confirmation(yes, confirm, namespace, isProtected()),
            timeout,
            !noWait);
    var desk = invocation().desk();
    if (request.mustAsk() && desk.asker().isEmpty()) {
      // Nobody can be asked: say so before anything is asked of the fleet.
      request.confirmation().require(plan.level(), "kill", desk.asker());
    }
    var orders = List.of(request.order().id(), request.preview().id());
    try (var line = localOptions.open(invocation(), "kill", orders)) {
      return new Kill(request, line, desk).run();
    }
  }

  private boolean isProtected() {
    return !invocation().environment().getOrDefault("WARRENER_PROTECTED", "").isEmpty();
  }

  private Instant now() {
    return invocation().clock().instant();
  }

  private Order order(KillPlan plan, String orderId, boolean onlyAsks) {
    try {
      return OrderForm.kill(orderId, plan, reason, invocation().person(), now(), onlyAsks);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitStatus.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
