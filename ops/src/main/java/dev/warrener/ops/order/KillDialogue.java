package dev.warrener.ops.order;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report.TaskSettled;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.order.KillCall;
import dev.warrener.operator.order.KillCall.Outcome;
import dev.warrener.operator.order.KillCall.Outcome.Answered;
import dev.warrener.operator.order.KillCall.Outcome.ByTripwire;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.rollcall.AnswerState;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.rollcall.Verdict;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.Confirmation;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A kill, as a person sees it: shows what it would mean, asks for consent, sends it, and shows the
 * progress and the end of its {@link KillCall}. For one thread.
 */
final class KillDialogue {

  /**
   * The options of the kill.
   *
   * @param namespace of the fleet
   * @param plan the kill
   * @param order the order, issued when it is sent
   * @param preview the same kill as a dry run
   * @param confirmation what was given in advance
   * @param timeout for the confirmations, after the grace
   * @param waits whether to wait for them
   */
  record Request(
      String namespace,
      KillPlan plan,
      Order order,
      Order preview,
      Confirmation confirmation,
      Duration timeout,
      boolean waits) {

    boolean mustAsk() {
      return !order.dryRun() && !confirmation.isGivenFor(plan.level());
    }
  }

  private final Request request;
  private final FleetConnection connection;
  private final CommandContext context;
  private final Screen screen;
  private final KillPlanText text;
  private final KillCall call;

  KillDialogue(Request request, FleetConnection connection, CommandContext context) {
    this.request = request;
    this.connection = connection;
    this.context = context;
    this.screen = context.screen();
    this.text = new KillPlanText(request.plan(), connection.isLocal());
    this.call = new KillCall(request.plan(), connection, context.clock());
  }

  public ExitStatus run() throws InterruptedException {
    boolean isOnlyAsked = request.order().dryRun();
    RollCall preview = null;
    if (isOnlyAsked || request.mustAsk() || !request.plan().scope().all()) {
      preview = ask();
      if (preview == null && isOnlyAsked) {
        throw new CommandFailure(
            ExitStatus.UNAVAILABLE, "the broker blocks publishers now: nobody could be asked");
      }
    }
    announce(preview);
    if (isOnlyAsked && preview != null) {
      return showPreview(preview);
    }
    request.confirmation().require(request.plan().level(), deed(preview), context.prompt());
    return send();
  }

  // Ask.

  /** Asks all controllers; null if the broker blocks publishers, or no answer can be received. */
  private @Nullable RollCall ask() throws InterruptedException {
    try {
      if (request.order().dryRun()) {
        return call.ask(request.preview());
      }
      var preview = call.askFirst(request.preview());
      if (preview.isEmpty()) {
        screen.say(Tone.WARN, "The broker has not made the reply queue yet: no preview.");
      }
      return preview.orElse(null);
    } catch (BrokerBlockedException e) {
      screen.say(Tone.WARN, "The broker blocks publishers (" + e.alarm() + "): no preview.");
      return null;
    }
  }

  // Show.

  private void announce(@Nullable RollCall preview) {
    var lines = new ArrayList<String>();
    String scope = request.plan().scope().describe();
    String what = (request.order().dryRun() ? "Would kill " : "Kill ") + scope;
    lines.add(
        screen
            .errStyle()
            .paint(
                Tone.STRONG,
                what
                    + " in "
                    + place()
                    + (connection.isLocal() ? ", on this host" : "")
                    + (preview == null ? "" : ": " + size(preview))));
    lines.addAll(text.sentences());
    screen.insist(lines);
    if (preview == null || request.order().dryRun()) {
      return;
    }
    if (!preview.rows().isEmpty()) {
      previewTable(preview).lines(screen.errStyle()).forEach(screen::say);
    }
    preview.verdict(now()).sentences().forEach(sentence -> screen.insist(Tone.WARN, sentence));
  }

  /** Returns the fleet, and where it is: two fleets of the same name differ in their brokers. */
  private String place() {
    return request.namespace() + connection.place().map(place -> " at " + place).orElse("");
  }

  private static String size(RollCall preview) {
    var totals = Totals.of(preview);
    long unanswered = RollCallText.unanswered(preview);
    String unknown =
        "what is at " + Phrases.count(unanswered, "controller") + " without an answer is unknown";
    if (unanswered > 0 && totals.workers() == 0) {
      return unknown;
    }
    return Phrases.count(totals.workers(), "worker")
        + " on "
        + Phrases.count(touched(preview), "controller")
        + ", "
        + Phrases.count(totals.tasks(), "task")
        + " in flight"
        + (unanswered > 0 ? ", and " + unknown : "");
  }

  private static long touched(RollCall preview) {
    return preview.rows().stream().filter(row -> row.expected().workers() > 0).count();
  }

  private String deed(@Nullable RollCall preview) {
    return (preview == null || RollCallText.unanswered(preview) > 0
            ? "Kill them"
            : "Kill " + Phrases.count(Totals.of(preview).workers(), "worker"))
        + connection.place().map(place -> " at " + place).orElse("");
  }

  private Table previewTable(RollCall preview) {
    var table =
        new Table()
            .left("CONTROLLER")
            .left("HOST")
            .right("WORKERS")
            .right("IN FLIGHT")
            .right("OLDEST");
    for (var row : RollCallText.shown(preview)) {
      if (row.answerState() == AnswerState.SILENT) {
        table.row(
            Cell.of(row.controller()),
            Cell.of(row.host()),
            Cell.of("?", Tone.BAD),
            Cell.of("?", Tone.BAD),
            Cell.of("silent", Tone.BAD));
        continue;
      }
      var oldest = row.expected().oldestMillis();
      table.row(
          Cell.of(row.controller()),
          Cell.of(row.host()),
          Cell.of(row.expected().workers()),
          Cell.of(row.expected().tasks()),
          oldest == null ? Cell.EMPTY : Cell.of(Phrases.brief(Duration.ofMillis(oldest))));
    }
    return table;
  }

  private ExitStatus showPreview(RollCall preview) {
    var verdict = preview.verdict(now());
    switch (screen.format()) {
      case TABLE -> {
        screen.result(previewTable(preview));
        screen.say("Nothing was killed. To do it:  " + text.command(request.order().reason()));
      }
      case JSON, JSONL -> screen.resultJson(RollCallJson.of(preview, verdict));
      case NAME -> RollCallText.shown(preview).forEach(row -> screen.resultName(row.controller()));
    }
    verdict.sentences().forEach(sentence -> screen.insist(Tone.WARN, sentence));
    return ExitStatus.of(verdict);
  }

  // Send.

  private ExitStatus send() throws InterruptedException {
    Outcome outcome;
    try (var display = display()) {
      outcome =
          request.waits()
              ? call.send(request.order(), request.timeout(), display)
              : call.sendOnly(request.order(), request.timeout(), display);
    } catch (BrokerBlockedException e) {
      if (request.plan().isWhatTheTripwireDoes()) {
        throw e;
      }
      throw new CommandFailure(
          ExitStatus.UNAVAILABLE,
          e.getMessage()
              + ". All that gets through now is: warrener kill --all --in-flight requeue --then hold",
          e);
    }
    return switch (outcome) {
      case Answered(var ended) ->
          request.waits() ? conclude(ended) : OrderSummary.showSent(screen, ended);
      case ByTripwire pulled -> concludeTripwire(pulled);
    };
  }

  private OrderDisplay display() {
    return request.waits()
        ? OrderDisplay.ofAll(context, this::stillInForce)
        : OrderDisplay.ofReports(context);
  }

  private String stillInForce(Order order) {
    return connection.isLocal()
        ? "kill " + order.id() + " goes on at the controllers of this host"
        : "kill "
            + order.id()
            + " stays in force; see how it went with: warrener kills show "
            + order.id();
  }

  private ExitStatus conclude(RollCall ended) {
    var verdict = OrderSummary.show(screen, ended, now(), connection);
    var contested = ended.rows().stream().filter(ControllerAnswer::isContested).toList();
    advise(ended, verdict, !contested.isEmpty());
    OrderSummary.showUnproven(screen, ended);
    if (!contested.isEmpty() && !connection.isLocal()) {
      adviseOnContests(ended, contested);
    }
    return ExitStatus.of(verdict);
  }

  /** Shows, as the last thing, how a contested controller is stopped all the same: on its host. */
  private void adviseOnContests(RollCall ended, List<ControllerAnswer> contested) {
    var hosts = new TreeSet<String>();
    for (var row : contested) {
      var known = row.known();
      hosts.addAll(known == null ? Set.of(row.host()) : known.hosts());
    }
    screen.insist(
        Tone.NORMAL,
        "What runs at "
            + Phrases.some(contested.stream().map(ControllerAnswer::controller).toList(), 3)
            + " can be killed with proof on "
            + (hosts.size() == 1 ? "host " : "each of the hosts ")
            + String.join(" and ", hosts)
            + ", where the kernel vouches for the answer:  "
            + new KillPlanText(request.plan(), true).command(ended.order().reason()));
  }

  private void advise(RollCall ended, Verdict verdict, boolean isContested) {
    if (verdict.state() == Verdict.State.PARTIAL && !connection.isLocal() && !isContested) {
      screen.insist(Tone.NORMAL, text.withoutBroker(request.order().reason()));
    }
    if (verdict.state() == Verdict.State.UNKNOWN_TARGET) {
      String hints = call.roster().suggestions(ended.order().scope());
      if (!hints.isEmpty()) {
        screen.insist(Tone.NORMAL, hints.substring(2));
      }
    }
    if (verdict.isConfirmed() && request.plan().then() != Then.RESPAWN) {
      screen.say("Held until:  " + text.resumeCommand());
    }
    if (ended.order().revocation() != Backlog.KEEP) {
      screen.say("Revoked until:  " + text.undoCommand());
    }
    ended.rows().stream()
        .flatMap(row -> row.settled().stream())
        .filter(task -> task.fate() == Fate.DEAD_LETTERED)
        .map(TaskSettled::queue)
        .distinct()
        .sorted()
        .forEach(queue ->
            screen.say(
                "To run its tasks after all:  warrener dead requeue "
                    + queue
                    + " --order "
                    + ended.order().id()));
  }

  private ExitStatus concludeTripwire(ByTripwire outcome) {
    int listening = outcome.listening();
    int running = outcome.stillRunning();
    var took = outcome.took();
    var status = running == 0 ? ExitStatus.DONE : ExitStatus.NO_ANSWER;
    switch (screen.format()) {
      case TABLE ->
          screen.result(
              (running == 0 ? "CONFIRMED" : "PARTIAL")
                  + "  tripwire: "
                  + (listening - Math.min(listening, running))
                  + " of "
                  + Phrases.count(listening, "controller")
                  + " "
                  + (listening == 1 ? "runs" : "run")
                  + " no worker process any more, by the broker's count, "
                  + Phrases.brief(took));
      case JSON, JSONL ->
          screen.resultJson(
              Map.of(
                  "version",
                  1,
                  "type",
                  "tripwire.finished",
                  "controllers",
                  listening,
                  "stillRunning",
                  running,
                  "tookMicros",
                  took.toNanos() / 1000,
                  "exitStatus",
                  status.code()));
      case NAME -> screen.resultName("tripwire");
    }
    if (running > 0) {
      screen.insist(
          Tone.BAD,
          Phrases.count(running, "controller")
              + (running == 1 ? " still runs" : " still run")
              + " a worker process, by the broker's count.");
    }
    return status;
  }

  private Instant now() {
    return context.clock().instant();
  }
}
