package dev.warrener.ops.command;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.rollcall.RollCall;
import dev.warrener.ops.rollcall.Standing;
import dev.warrener.ops.rollcall.Verdict;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;

/** The end of a roll-call: the tables, the line that sums up, and what a person has to know. */
final class Conclusion {
  private Conclusion() {}

  /** Shows it, in the format that was asked for, and returns the verdict. */
  static Verdict show(Screen screen, RollCall call, Instant now, FleetLine line) {
    var verdict = showAsItStands(screen, call, now);
    for (var row : call.rows()) {
      if (row.standing() == Standing.SILENT) {
        line.lastResort(row.controller())
            .ifPresent(advice -> screen.insist(Tone.NORMAL, row.controller() + ": " + advice));
      }
    }
    if (verdict.status() == ExitStatus.NO_ANSWER && !call.order().dryRun() && !line.isLocal()) {
      screen.insist(
          Tone.NORMAL,
          "Whoever comes back finds the order in the log (it is carried out until "
              + Text.stamp(call.order().expiresAt())
              + "). Look again:  warrener kills watch "
              + call.order().id());
    }
    return verdict;
  }

  /** The same of what is over: nothing is said of what could still be done about it. */
  static Verdict showAsItStands(Screen screen, RollCall call, Instant now) {
    var verdict = call.verdict(now);
    switch (screen.format()) {
      case TABLE -> {
        if (!call.rows().isEmpty()) {
          screen.result(RollCallText.controllers(call, now));
          screen.result("");
        }
        var certificates = RollCallText.certificates(call);
        if (!certificates.isEmpty()) {
          screen.result(certificates);
          screen.result("");
        }
        screen.result(headline(call, verdict, now, screen.outStyle()));
      }
      case JSON, JSONL -> screen.resultJson(RollCallJson.of(call, verdict));
      case NAME -> screen.result(call.order().id());
    }
    verdict.sentences().forEach(sentence -> screen.insist(Tone.BAD, sentence));
    return verdict;
  }

  /** {@code CONFIRMED kill ID: 3 of 3 controllers confirmed, 11 workers dead, …}. */
  static String headline(RollCall call, Verdict verdict, Instant now, Style style) {
    var totals = Totals.of(call);
    var words = new StringBuilder();
    words.append(
        switch (verdict.status()) {
          case DONE -> style.paint(Tone.GOOD, "CONFIRMED");
          case FAILED -> style.paint(Tone.BAD, "FAILED");
          case UNKNOWN_TARGET -> style.paint(Tone.BAD, "UNKNOWN TARGET");
          default -> style.paint(Tone.BAD, "PARTIAL");
        });
    words
        .append("  ")
        .append(call.order().kind().wire())
        .append(" ")
        .append(call.order().id())
        .append(": ")
        .append(totals.confirmed())
        .append(" of ")
        .append(Text.count(totals.controllers(), "controller"))
        .append(" confirmed");
    if (call.order().kind() == OrderKind.KILL) {
      words.append(", ").append(Text.count(totals.dead(), "worker")).append(" dead, ");
      String fates = RollCallText.fates(RollCallText.allFates(call));
      words.append(
          !fates.isEmpty()
              ? "tasks: " + fates
              : totals.settled() > 0
                  ? Text.count(totals.settled(), "task") + " settled"
                  : "no task was running");
    }
    if (totals.backlog() > 0) {
      words.append(", ").append(Text.count(totals.backlog(), "waiting task")).append(" settled");
    }
    return words
        .append(", ")
        .append(Text.brief(Duration.between(call.deadlines().sentAt(), now)))
        .toString();
  }
}
