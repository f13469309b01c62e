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
import java.util.Locale;
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
        if (screen.isTooLong(certificates.size())) {
          RollCallText.certificatesInShort(call).forEach(screen::result);
          screen.result("");
        } else if (!certificates.isEmpty()) {
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
            .append("The kernel has not proven ")
            .append(deaths)
            .append(" of ")
            .append(Phrases.count(all, "death"))
            .append(" (no process was left that could be found).");
    for (var place : places.entrySet()) {
      words
          .append(" ")
          .append(Phrases.some(place.getValue(), 3))
          .append(": ")
          .append(place.getKey())
          .append(".");
    }
    screen.insist(Tone.WARN, words.toString());
  }

  private static int unproven(ControllerAnswer row) {
    int found = (int) row.certificates().stream().filter(one -> !one.proven()).count();
    // Certificates that were missed are of the kind that the controller tells at the end.
    int missed = row.deadCount() - row.certificates().size();
    return found + (row.unproven() == null ? 0 : missed);
  }

  /** {@code WOULD HOLD}: a dry run confirms nothing. */
  private static String would(RollCall call) {
    return "WOULD " + call.order().kind().wire().toUpperCase(Locale.ROOT);
  }

  /**
   * Returns the line that sums up: {@code CONFIRMED kill ID: 3 of 3 controllers confirmed, 11
   * workers dead, …}.
   */
  public static String headline(RollCall call, Verdict verdict, Instant now, Style style) {
    var totals = Totals.of(call);
    boolean isDryRun = call.order().dryRun();
    boolean isUnknown = verdict.state() == State.UNKNOWN_TARGET;
    var words = new StringBuilder();
    words.append(
        switch (verdict.state()) {
          case CONFIRMED, SENT ->
              isDryRun
                  ? style.paint(Tone.STRONG, would(call))
                  : style.paint(Tone.GOOD, "CONFIRMED");
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
        .append(isDryRun || isUnknown ? " answered" : " confirmed");
    if (isDryRun) {
      return words
          .append(", ")
          .append(Phrases.count(totals.workers(), "worker"))
          .append(" and ")
          .append(Phrases.count(totals.tasks(), "running task"))
          .append(" in scope; nothing was done")
          .toString();
    }
    if (isUnknown) {
      return words.append(", and none has anything of it").toString();
    }
    if (call.order().kind() == OrderKind.KILL) {
      words
          .append(", ")
          .append(Phrases.count(totals.dead(), "worker"))
          .append(" dead, ")
          .append(fates(call, totals));
    }
    if (totals.backlog() > 0) {
      words.append(", ").append(Phrases.count(totals.backlog(), "waiting task")).append(" settled");
    }
    return words
        .append(", ")
        .append(Phrases.brief(Duration.between(call.deadlines().sentAt(), now)))
        .toString();
  }

  /** Returns what has become of the running tasks, and of how many that is not known. */
  private static String fates(RollCall call, Totals totals) {
    var words = new ArrayList<String>();
    String fates = RollCallText.fates(RollCallText.allFates(call));
    if (!fates.isEmpty()) {
      words.add("tasks: " + fates);
    } else if (totals.settled() > 0) {
      words.add(Phrases.count(totals.settled(), "task") + " settled");
    }
    int open = totals.tasks() - totals.settled();
    if (open > 0) {
      words.add("the fate of " + Phrases.count(open, "task") + " is open");
    }
    return words.isEmpty() ? "no task was running" : String.join(", ", words);
  }
}
