package dev.warrener.ops.command;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.command.FleetLine.Sent;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.rollcall.RollCall.Deadlines;
import dev.warrener.ops.rollcall.Standing;
import dev.warrener.ops.rollcall.Verdict;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An order that kills nothing, from its sending to the verdict: hold, resume, drain, purge. For one
 * thread.
 */
final class PlainOrder {
  /** How long a controller may take to say that it has heard: ten seconds. */
  static final Duration HEAR_WITHIN = Duration.ofSeconds(10);

  private final FleetLine line;
  private final Desk desk;
  private final Screen screen;
  private final Follower follower;
  private final Roster roster = Roster.empty();

  PlainOrder(FleetLine line, Desk desk) {
    this.line = line;
    this.desk = desk;
    this.screen = desk.screen();
    this.follower = new Follower(line, desk.clock());
  }

  /** Everybody who has answered so far. */
  Roster roster() {
    return roster;
  }

  /**
   * Asks what an order would mean, and checks that the places that it names are known.
   *
   * @param question the order as a dry run, or a roll-call
   * @throws CommandFailure if a place is unknown to everybody who answers
   */
  RollCall ask(Order question) throws InterruptedException {
    var sentAt = now();
    var until = sentAt.plus(Kill.QUESTION);
    var sent = sendOrFail(question);
    var opened =
        RollCall.open(question, new Deadlines(sentAt, until, until))
            .knowing(line.expected())
            .armed(line.armed().orElse(0));
    var call = follower.follow(Follower.afterSending(opened, sent), new Kill.RosterKeeper(roster));
    boolean anybodyThere = call.rows().stream().anyMatch(row -> row.standing() != Standing.SILENT);
    var unknown = roster.unknownPlaces(question.scope(), line::queueExists);
    if (anybodyThere && !unknown.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.UNKNOWN_TARGET, String.join("; ", unknown) + " (nothing was sent)");
    }
    return call;
  }

  /**
   * Sends an order and follows it to its verdict.
   *
   * @param timeout until when those who have heard must be done
   * @param waits whether to wait at all; if not the order's id is the result
   */
  Verdict send(Order form, Duration timeout, boolean waits) throws InterruptedException {
    return follow(OrderForm.issuedAt(form, now()), shorter(timeout), timeout, waits, List.of());
  }

  private static Duration shorter(Duration timeout) {
    return timeout.compareTo(HEAR_WITHIN) < 0 ? timeout : HEAR_WITHIN;
  }

  /**
   * Sends an order that was sent before once more, as it was: whoever has done it says so again,
   * and nothing is done twice.
   *
   * @param kept what was said about it before, and kept by the broker
   */
  Verdict join(Order order, Duration timeout, List<Report> kept) throws InterruptedException {
    return follow(order, shorter(timeout), timeout, true, kept);
  }

  /** The same, but whoever is silent is waited for, too, until the time is up. */
  Verdict watch(Order order, Duration timeout, List<Report> kept) throws InterruptedException {
    return follow(order, timeout, timeout, true, kept);
  }

  private Verdict follow(
      Order order, Duration hearWithin, Duration timeout, boolean waits, List<Report> kept)
      throws InterruptedException {
    var sentAt = now();
    var sent = sendOrFail(order);
    if (sent instanceof Sent.Broadcast broadcast) {
      broadcast.problem().ifPresent(problem -> screen.insist(Tone.WARN, problem));
    }
    var hearBy = sentAt.plus(hearWithin);
    var opened =
        Follower.afterSending(
            RollCall.open(order, new Deadlines(sentAt, hearBy, sentAt.plus(timeout))), sent);
    for (var report : kept) {
      opened = opened.with(report, sentAt);
    }
    if (!waits) {
      screen.result(order.id());
      return sent instanceof Sent.NobodyListens
          ? opened.verdict(now())
          : new Verdict(ExitStatus.DONE, "sent", List.of());
    }
    String verb = order.kind().wire();
    try (var _ = desk.interruption(verb + " " + order.id() + " stays in force")) {
      sayThatItIsSent(order, sentAt);
      RollCall call;
      try (var display = Display.of(screen)) {
        call =
            follower.follow(
                opened
                    .knowing(roster.known().values())
                    .knowing(line.expected())
                    .armed(line.armed().orElse(0)),
                display);
      }
      return Conclusion.show(screen, call, now(), line);
    }
  }

  private void sayThatItIsSent(Order order, Instant sentAt) {
    String verb = order.kind().wire();
    if (screen.format() == OutputFormat.JSONL) {
      screen.resultJsonLine(Map.of("version", 1, "type", verb + ".sent", "order", order));
    }
    screen.say(
        Tone.FAINT,
        verb
            + " "
            + order.id()
            + " sent "
            + Text.clock(sentAt)
            + " · Ctrl-C stops watching, not the "
            + verb);
  }

  private Sent sendOrFail(Order order) {
    var sent = line.send(order);
    if (sent instanceof Sent.Blocked blocked) {
      throw new CommandFailure(ExitStatus.UNAVAILABLE, blocked.sentence(order));
    }
    return sent;
  }

  private Instant now() {
    return desk.clock().instant();
  }
}
