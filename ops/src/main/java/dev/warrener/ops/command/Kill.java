package dev.warrener.ops.command;

import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.command.FleetLine.Sent;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.rollcall.RollCall.Deadlines;
import dev.warrener.ops.rollcall.Standing;
import dev.warrener.ops.rollcall.Verdict;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One kill, from the question to the verdict: ask the controllers what it would mean, show it, ask
 * the person, send the order, call the roll. For one thread.
 */
final class Kill {
  /** How long a question to the controllers may take before it goes on without the missing. */
  static final Duration QUESTION = Duration.ofSeconds(2);

  /** How long the broker's count of running controllers may lag behind their confirmations. */
  static final Duration COUNT_LAG = Duration.ofSeconds(1);

  /** The first wait for the next count; each is twice as long as the one before. */
  private static final Duration COUNT_PACE = Duration.ofMillis(2);

  private static final Duration LONGEST_COUNT_PACE = Duration.ofMillis(50);

  /**
   * How it is to be done.
   *
   * @param namespace of the fleet
   * @param plan what is to be done
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
  private final FleetLine line;
  private final Desk desk;
  private final Screen screen;
  private final Follower follower;
  private final Roster roster = Roster.empty();

  Kill(Request request, FleetLine line, Desk desk) {
    this.request = request;
    this.line = line;
    this.desk = desk;
    this.screen = desk.screen();
    this.follower = new Follower(line, desk.clock());
  }

  ExitStatus run() throws InterruptedException {
    boolean isOnlyAsked = request.order().dryRun();
    RollCall preview = null;
    if (isOnlyAsked || request.mustAsk() || !request.plan().scope().all()) {
      preview = ask();
      if (preview == null && isOnlyAsked) {
        throw new CommandFailure(
            ExitStatus.UNAVAILABLE, "the broker takes no publishes now: nobody could be asked");
      }
    }
    announce(preview);
    if (isOnlyAsked && preview != null) {
      return showPreview(preview);
    }
    request.confirmation().require(request.plan().level(), deed(preview), desk.asker());
    return send();
  }

  // Ask.

  /** Asks all controllers; null if the broker takes no publishes. */
  private @Nullable RollCall ask() throws InterruptedException {
    var sentAt = now();
    var deadlines = new Deadlines(sentAt, sentAt.plus(QUESTION), sentAt.plus(QUESTION));
    var sent = line.send(request.preview());
    if (sent instanceof Sent.Blocked blocked) {
      screen.say(
          Tone.WARN, "The broker takes no publishes (" + blocked.because() + "): no preview.");
      return null;
    }
    var opened =
        RollCall.open(request.preview(), deadlines)
            .knowing(line.expected())
            .armed(line.armed().orElse(0));
    var call = follower.follow(Follower.afterSending(opened, sent), new RosterKeeper(roster));
    requireKnownPlaces(call);
    return call;
  }

  private void requireKnownPlaces(RollCall preview) {
    if (preview.rows().stream().allMatch(row -> row.standing() == Standing.SILENT)) {
      // Nobody could be asked: the order is kept for those who come.
      return;
    }
    var unknown = roster.unknownPlaces(request.plan().scope(), line::queueExists);
    if (!unknown.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET, String.join("; ", unknown) + " (nothing was sent)");
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
                    + request.namespace()
                    + (line.isLocal() ? ", on this host" : "")
                    + (preview == null ? "" : ": " + size(preview))));
    lines.addAll(request.plan().sentences());
    screen.insist(lines);
    if (preview == null || request.order().dryRun()) {
      return;
    }
    if (!preview.rows().isEmpty()) {
      previewTable(preview).lines(screen.errStyle()).forEach(screen::say);
    }
    preview.verdict(now()).sentences().forEach(sentence -> screen.insist(Tone.WARN, sentence));
  }

  private static String size(RollCall preview) {
    var totals = Totals.of(preview);
    return Text.count(totals.workers(), "worker")
        + " on "
        + Text.count(touched(preview), "controller")
        + ", "
        + Text.count(totals.tasks(), "task")
        + " in flight";
  }

  private static long touched(RollCall preview) {
    return preview.rows().stream().filter(row -> row.expected().workers() > 0).count();
  }

  private static String deed(@Nullable RollCall preview) {
    return preview == null
        ? "Kill them"
        : "Kill " + Text.count(Totals.of(preview).workers(), "worker");
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
      if (row.standing() == Standing.SILENT) {
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
          oldest == null ? Cell.EMPTY : Cell.of(Text.brief(Duration.ofMillis(oldest))));
    }
    return table;
  }

  private ExitStatus showPreview(RollCall preview) {
    var verdict = preview.verdict(now());
    switch (screen.format()) {
      case TABLE -> {
        screen.result(previewTable(preview));
        screen.say("Nothing was killed. To do it:  " + command());
      }
      case JSON, JSONL -> screen.resultJson(RollCallJson.of(preview, verdict));
      case NAME -> RollCallText.shown(preview).forEach(row -> screen.result(row.controller()));
    }
    verdict.sentences().forEach(sentence -> screen.insist(Tone.WARN, sentence));
    return verdict.status();
  }

  private String command() {
    return request.plan().command(request.order().reason());
  }

  // Send.

  private ExitStatus send() throws InterruptedException {
    var sentAt = now();
    var order = OrderForm.issuedAt(OrderForm.fenced(request.order(), roster), sentAt);
    var sent = line.send(order);
    if (sent instanceof Sent.Blocked blocked) {
      return pullTripwire(order, blocked);
    }
    if (sent instanceof Sent.Broadcast broadcast) {
      broadcast.problem().ifPresent(problem -> screen.insist(Tone.WARN, problem));
    }
    if (!request.waits()) {
      screen.result(order.id());
      return sent instanceof Sent.NobodyListens ? ExitStatus.NO_ANSWER : ExitStatus.DONE;
    }
    try (var _ = desk.interruption(stillInForce(order))) {
      sayThatItIsSent(order);
      var hearBy = sentAt.plus(request.timeout());
      var deadlines = new Deadlines(sentAt, hearBy, hearBy.plus(request.plan().grace()));
      var opened =
          RollCall.open(order, deadlines)
              .knowing(roster.known().values())
              .knowing(line.expected())
              .armed(line.armed().orElse(0));
      RollCall call;
      try (var display = Display.of(screen)) {
        call = follower.follow(Follower.afterSending(opened, sent), display);
      }
      return conclude(checkedAgainstBroker(call));
    }
  }

  private void sayThatItIsSent(Order order) {
    if (screen.format() == OutputFormat.JSONL) {
      screen.resultJsonLine(Map.of("version", 1, "type", "kill.sent", "order", order));
    }
    screen.say(
        Tone.FAINT,
        "kill "
            + order.id()
            + " sent "
            + Text.clock(order.issuedAt())
            + " · Ctrl-C stops watching, not the kill");
  }

  private String stillInForce(Order order) {
    return line.isLocal()
        ? "kill " + order.id() + " goes on at the controllers of this host"
        : "kill "
            + order.id()
            + " stays in force; see how it went with: warrener kills show "
            + order.id();
  }

  /** Nothing runs any more, say all of them: the broker's own count has to agree. */
  private RollCall checkedAgainstBroker(RollCall call) throws InterruptedException {
    if (!request.plan().scope().all()
        || request.plan().then() == Then.RESPAWN
        || call.verdict(now()).status() != ExitStatus.DONE) {
      return call;
    }
    return call.stillRunning(awaitNobodyRunning(now().plus(COUNT_LAG)));
  }

  /** Waits until the broker counts no running controller; returns the last count. */
  private int awaitNobodyRunning(Instant until) throws InterruptedException {
    int running = line.running().orElse(0);
    var pace = COUNT_PACE;
    while (running > 0 && now().isBefore(until)) {
      line.next(pace);
      pace = pace.compareTo(LONGEST_COUNT_PACE) < 0 ? pace.multipliedBy(2) : LONGEST_COUNT_PACE;
      running = line.running().orElse(0);
    }
    return running;
  }

  private ExitStatus conclude(RollCall call) {
    var verdict = Conclusion.show(screen, call, now(), line);
    advise(call, verdict);
    return verdict.status();
  }

  private void advise(RollCall call, Verdict verdict) {
    if (verdict.status() == ExitStatus.UNKNOWN_TARGET) {
      String hints = roster.suggestions(call.order().scope());
      if (!hints.isEmpty()) {
        screen.insist(Tone.NORMAL, hints.substring(2));
      }
    }
    if (verdict.status() == ExitStatus.DONE && request.plan().then() != Then.RESPAWN) {
      screen.say("Held until:  " + request.plan().resumeCommand());
    }
  }

  // The broker takes no publishes.

  private ExitStatus pullTripwire(Order order, Sent.Blocked blocked) throws InterruptedException {
    var plan = request.plan();
    boolean isWhatTheTripwireDoes =
        plan.scope().all()
            && plan.inFlight() == InFlight.REQUEUE
            && plan.backlog() == Backlog.KEEP
            && plan.then() == Then.HOLD;
    if (!isWhatTheTripwireDoes) {
      throw new CommandFailure(
          ExitStatus.UNAVAILABLE,
          blocked.sentence(order)
              + ". All that gets through now is: warrener kill --all --in-flight requeue --then hold");
    }
    screen.insist(
        Tone.WARN,
        "The broker takes no publishes (" + blocked.because() + "): pulling the tripwire instead.");
    var pulledAt = now();
    int listening;
    try {
      listening = line.pullTripwire();
    } catch (NoSuchQueueException e) {
      // Somebody has pulled it before: what it means is in force, and is watched from here on.
      screen.insist(Tone.WARN, "It was pulled before, and nobody has resumed since.");
      listening = Math.max(line.running().orElse(0), roster.presences().size());
    } catch (UnsupportedOperationException e) {
      throw new CommandFailure(
          ExitStatus.UNAVAILABLE,
          "the broker takes no publishes, and this one has no tripwire: nothing was sent",
          e);
    }
    screen.say(
        "The tripwire queue is gone; "
            + Text.count(listening, "controller")
            + (listening == 1 ? " listens" : " listen")
            + ". Each kills all of its workers, requeues what they ran, and holds"
            + " until: warrener resume --all. Reports can't be published either: the broker's own"
            + " count tells.");
    int running;
    try (var _ = desk.interruption("the tripwire stays pulled until: warrener resume --all")) {
      running = awaitNobodyRunning(pulledAt.plus(request.timeout()));
    }
    return concludeTripwire(listening, running, Duration.between(pulledAt, now()));
  }

  private ExitStatus concludeTripwire(int listening, int running, Duration took) {
    var status = running == 0 ? ExitStatus.DONE : ExitStatus.NO_ANSWER;
    switch (screen.format()) {
      case TABLE ->
          screen.result(
              (running == 0 ? "CONFIRMED" : "PARTIAL")
                  + "  tripwire: "
                  + (listening - Math.min(listening, running))
                  + " of "
                  + Text.count(listening, "controller")
                  + " "
                  + (listening == 1 ? "runs" : "run")
                  + " no worker process any more, by the broker's count, "
                  + Text.brief(took));
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
      case NAME -> screen.result("tripwire");
    }
    if (running > 0) {
      screen.insist(
          Tone.BAD,
          Text.count(running, "controller")
              + (running == 1 ? " still runs" : " still run")
              + " a worker process, by the broker's count.");
    }
    return status;
  }

  private Instant now() {
    return desk.clock().instant();
  }

  /** Keeps who is there, from the answers to a question. */
  record RosterKeeper(Roster roster) implements Display {
    @Override
    public void heard(Report report, RollCall call, Instant now) {
      if (report instanceof ControllerHeard heard) {
        roster.add(heard, now);
      }
    }
  }
}
