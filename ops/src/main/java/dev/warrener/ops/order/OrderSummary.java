package dev.warrener.ops.order;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.operator.connection.FleetConnection;
import dev.warrener.operator.rollcall.AnswerState;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.rollcall.Verdict;
import dev.warrener.operator.rollcall.Verdict.State;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/** Shows the end of an order: the tables, the line that sums up, and what a person has to know. */
public final class OrderSummary {
  /** Said of a controller that has not reported why: a process had left its cgroup, for example. */
  private static final String UNEXPLAINED = "as explained in docs/containment.md";

  private OrderSummary() {}

  /** Shows a roll-call that is over, in the chosen format, and returns the verdict. */
  static Verdict show(Screen screen, RollCall call, Instant now, FleetConnection connection) {
    var verdict = showAsItStands(screen, call, now);
    for (var row : call.rows()) {
      if (row.answerState() == AnswerState.SILENT) {
        connection
            .lastResort(row.controller())
            .ifPresent(advice -> screen.insist(Tone.NORMAL, row.controller() + ": " + advice));
      }
    }
    if (verdict.state() == State.PARTIAL && !call.order().dryRun() && !connection.isLocal()) {
      screen.insist(
          Tone.NORMAL,
          "Whoever comes back finds the order in the log (it is carried out until "
              + Text.stamp(call.order().expiresAt())
              + "). Look again:  warrener kills watch "
              + call.order().id());
    }
    return verdict;
  }

  /** Shows the id of an order that nobody waits for, and returns the status. */
  static ExitStatus showSent(Screen screen, RollCall sent) {
    screen.result(sent.order().id());
    return sent.reachedNobody() ? ExitStatus.NO_ANSWER : ExitStatus.DONE;
  }

  /** Shows a roll-call without advice on what could still be done. */
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
      case NAME -> screen.resultName(call.order().id());
    }
    verdict.sentences().forEach(sentence -> screen.insist(Tone.BAD, sentence));
    for (var ghost : call.ghosts()) {
      screen.insist(
          Tone.NORMAL,
          "Not waited for: "
              + ghost.id()
              + ", last seen "
              + Phrases.ago(ghost.lastSeen(), now)
              + ".");
    }
    return verdict;
  }

  /**
   * Shows, as the last thing about an order, which deaths the kernel has not proven, why, and what
   * would change that. Shows nothing if all were proven.
   */
  static void showUnproven(Screen screen, RollCall call) {
    var places = new TreeMap<String, List<String>>();
    int deaths = 0;
    for (var row : call.rows()) {
      int unproven = unproven(row);
      if (unproven > 0) {
        deaths += unproven;
        places
            .computeIfAbsent(
                Objects.requireNonNullElse(row.unproven(), UNEXPLAINED), why -> new ArrayList<>())
            .add(row.controller());
      }
    }
    int all = Totals.of(call).dead();
    if (deaths == 0) {
      return;
    }
    var words =
        new StringBuilder()
            .append(deaths)
            .append(" of ")
            .append(Phrases.count(all, "death"))
            .append(deaths == 1 ? " is" : " are")
            .append(" found, not proven:");
    String separator = " ";
    for (var place : places.entrySet()) {
      words
          .append(separator)
          .append("at ")
          .append(Phrases.some(place.getValue(), 3))
          .append(", ")
          .append(place.getKey());
      separator = "; ";
    }
    screen.insist(Tone.WARN, words.append(".").toString());
  }

  private static int unproven(ControllerAnswer row) {
    int found = (int) row.certificates().stream().filter(one -> !one.proven()).count();
    // Certificates that were missed are of the kind that the controller tells at the end.
    int missed = row.deadCount() - row.certificates().size();
    return found + (row.unproven() == null ? 0 : missed);
  }

  /**
   * Returns the line that sums up: {@code CONFIRMED kill ID: 3 of 3 controllers confirmed, 11
   * workers dead, …}.
   */
  public static String headline(RollCall call, Verdict verdict, Instant now, Style style) {
    var totals = Totals.of(call);
    var words = new StringBuilder();
    words.append(
        switch (verdict.state()) {
          case CONFIRMED, SENT -> style.paint(Tone.GOOD, "CONFIRMED");
          case FAILED -> style.paint(Tone.BAD, "FAILED");
          case UNKNOWN_TARGET -> style.paint(Tone.BAD, "UNKNOWN TARGET");
          case PARTIAL -> style.paint(Tone.BAD, "PARTIAL");
        });
    words
        .append("  ")
        .append(call.order().kind().wire())
        .append(" ")
        .append(call.order().id())
        .append(": ")
        .append(totals.confirmed())
        .append(" of ")
        .append(Phrases.count(totals.controllers(), "controller"))
        .append(" confirmed");
    if (call.order().kind() == OrderKind.KILL) {
      words.append(", ").append(Phrases.count(totals.dead(), "worker")).append(" dead, ");
      String fates = RollCallText.fates(RollCallText.allFates(call));
      words.append(
          !fates.isEmpty()
              ? "tasks: " + fates
              : totals.settled() > 0
                  ? Phrases.count(totals.settled(), "task") + " settled"
                  : "no task was running");
    }
    if (totals.backlog() > 0) {
      words.append(", ").append(Phrases.count(totals.backlog(), "waiting task")).append(" settled");
    }
    return words
        .append(", ")
        .append(Phrases.brief(Duration.between(call.deadlines().sentAt(), now)))
        .toString();
  }
}
