package dev.warrener.ops.order;

import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.WorkerDead;
import dev.warrener.messaging.text.Printable;
import dev.warrener.operator.rollcall.AnswerState;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.rollcall.Totals;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.screen.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A roll-call in words: the live picture, one line for an event, the tables at the end. */
public final class RollCallText {
  private RollCallText() {}

  /**
   * Returns the controllers that are worth a line: those with something in scope, and the missing
   * ones.
   */
  static List<ControllerAnswer> shown(RollCall call) {
    var rows = call.rows();
    var shown =
        rows.stream()
            .filter(row ->
                row.isTouched()
                    || row.answerState() == AnswerState.REFUSED
                    || (row.expectedHere() && !row.answerState().isFinal()))
            .toList();
    return shown.isEmpty() ? rows : shown;
  }

  /** Returns the table of controllers. */
  static Table controllers(RollCall call, Instant now) {
    var table =
        new Table()
            .left("CONTROLLER")
            .left("HOST")
            .left("")
            .right("HEARD")
            .right("DEAD")
            .left("SETTLED")
            .right("TOOK")
            .left("");
    boolean kills = call.order().kind() == OrderKind.KILL;
    for (var row : shown(call)) {
      boolean sameName = row.host().equals(row.controller());
      table.row(
          Cell.of(row.controller()),
          sameName ? Cell.EMPTY : Cell.of(row.host()),
          standing(row),
          heard(row, call, now),
          kills ? dead(row) : Cell.EMPTY,
          kills ? settled(row) : Cell.EMPTY,
          took(row),
          note(row, now));
    }
    return table;
  }

  private static Cell standing(ControllerAnswer row) {
    var state = row.state();
    return switch (row.answerState()) {
      case SILENT -> Cell.of("✗ silent", Tone.BAD);
      case WORKING -> Cell.of("… working", Tone.WARN);
      case DONE -> Cell.of("✓ " + (state == null ? "done" : state.wire()), Tone.GOOD);
      case FAILED -> Cell.of("✗ failed", Tone.BAD);
      case REFUSED -> Cell.of("✗ refused", Tone.BAD);
    };
  }

  private static Cell heard(ControllerAnswer row, RollCall call, Instant now) {
    var after = row.heardAfter();
    return after == null
        ? Cell.of(Phrases.brief(Duration.between(call.deadlines().sentAt(), now)), Tone.BAD)
        : Cell.of(Phrases.brief(after));
  }

  private static Cell dead(ControllerAnswer row) {
    if (row.answerState() == AnswerState.SILENT) {
      return Cell.of("?", Tone.BAD);
    }
    int dead = row.deadCount();
    int all =
        row.answerState().isFinal()
            ? dead + row.unconfirmed().size()
            : Math.max(row.expected().workers(), dead + row.unconfirmed().size());
    return Cell.of(dead + "/" + all, dead == all ? Tone.NORMAL : Tone.WARN);
  }

  private static Cell settled(ControllerAnswer row) {
    if (row.answerState() == AnswerState.SILENT) {
      return Cell.of("?", Tone.BAD);
    }
    int settled = row.settledCount();
    String fates = fates(row.fates());
    if (row.answerState().isFinal()) {
      return Cell.of(settled == 0 ? "-" : fates.isEmpty() ? Integer.toString(settled) : fates);
    }
    return Cell.of(
        settled
            + "/"
            + Math.max(settled, row.expected().tasks())
            + (settled == 0 ? "" : " " + fates));
  }

  private static Cell took(ControllerAnswer row) {
    var took = row.took();
    return took == null ? Cell.EMPTY : Cell.of(Phrases.brief(took));
  }

  private static Cell note(ControllerAnswer row, Instant now) {
    if (!row.claimants().isEmpty()) {
      return Cell.of("claimed by " + row.claimants().size() + " users of the broker", Tone.BAD);
    }
    var known = row.known();
    if (row.answerState() == AnswerState.SILENT && known != null) {
      var leaseEndsAt = known.leaseEndsAt();
      return Cell.of(
          "last seen "
              + Phrases.ago(known.lastSeen(), now)
              + (leaseEndsAt == null ? "" : ", lease ends " + Phrases.clock(leaseEndsAt)),
          Tone.FAINT);
    }
    var because = row.because();
    if (because != null) {
      return Cell.of(because);
    }
    if (!row.failed().isEmpty()) {
      return Cell.of(String.join("; ", row.failed()));
    }
    if (!row.notes().isEmpty()) {
      return Cell.of(String.join("; ", row.notes()), Tone.FAINT);
    }
    return row.backlog() > 0
        ? Cell.of(
            Phrases.count(row.backlog(), "waiting task") + " of the backlog settled", Tone.FAINT)
        : Cell.EMPTY;
  }

  /** Returns the table of death certificates. */
  static Table certificates(RollCall call) {
    var table =
        new Table()
            .left("WORKER")
            .right("PID")
            .left("ENDED BY")
            .right("PROCESSES")
            .right("AFTER")
            .left("TREE EMPTY")
            .left("TASK");
    for (var row : call.rows()) {
      for (var certificate : row.certificates()) {
        table.row(
            Cell.of(certificate.worker()),
            Cell.of(certificate.pid()),
            Cell.of(endedBy(certificate)),
            Cell.of(certificate.processesKilled()),
            Cell.of(Phrases.brief(Duration.ofNanos(certificate.deathMicros() * 1000))),
            Cell.of(proof(certificate), certificate.proven() ? Tone.GOOD : Tone.NORMAL),
            task(certificate.task()));
      }
      for (var worker : row.unconfirmed()) {
        table.row(
            Cell.of(worker.worker()),
            Cell.of(worker.pid()),
            Cell.of("?", Tone.BAD),
            Cell.of(worker.survivors().size()),
            Cell.EMPTY,
            Cell.of("NOT CONFIRMED (" + worker.containment() + ")", Tone.BAD),
            task(worker.task()));
      }
    }
    return table;
  }

  /** Returns a line for each kind of death, and one for each worker that is not confirmed dead. */
  static List<String> certificatesInShort(RollCall call) {
    var kinds = new TreeMap<String, List<WorkerDead>>();
    var lines = new ArrayList<String>();
    for (var row : call.rows()) {
      for (var certificate : row.certificates()) {
        kinds
            .computeIfAbsent(
                endedBy(certificate) + ", " + proof(certificate), none -> new ArrayList<>())
            .add(certificate);
      }
      for (var worker : row.unconfirmed()) {
        lines.add(worker.worker() + " (pid " + worker.pid() + "): NOT CONFIRMED");
      }
    }
    kinds.forEach((kind, all) ->
        lines.add(
            Phrases.count(all.size(), "death certificate")
                + ": "
                + kind
                + ", "
                + Phrases.count(
                    all.stream().mapToLong(WorkerDead::processesKilled).sum(),
                    "process",
                    "processes")
                + ", the last after "
                + Phrases.brief(
                    Duration.ofNanos(
                        all.stream().mapToLong(WorkerDead::deathMicros).max().orElse(0) * 1000))));
    lines.add("(-v shows each; so does warrener kills show " + call.order().id() + " -v)");
    return lines;
  }

  private static Cell task(@Nullable String task) {
    return task == null ? Cell.of("-") : Cell.of(task);
  }

  /** Returns what ended a worker: {@code SIGKILL} or {@code exit 3}. */
  public static String endedBy(WorkerDead certificate) {
    var exitCode = certificate.exitCode();
    if (certificate.signal() == 0 && exitCode != null) {
      return "exit " + exitCode;
    }
    return switch (certificate.signal()) {
      case 9 -> "SIGKILL";
      case 15 -> "SIGTERM";
      case 6 -> "SIGABRT";
      case 11 -> "SIGSEGV";
      default -> "signal " + certificate.signal();
    };
  }

  /** Returns how the tree is known to be empty. */
  public static String proof(WorkerDead certificate) {
    return certificate.proven()
        ? "proven by " + certificate.containment()
        : "none left (" + certificate.containment() + ")";
  }

  /** {@code 3 requeued, 1 purged}. */
  static String fates(Map<Fate, Integer> fates) {
    return fates.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey().wire())
        .collect(Collectors.joining(", "));
  }

  /**
   * Returns how many controllers have given no answer that counts: silent ones, contested ones, and
   * those that the broker counts and nobody knows by name.
   */
  static long unanswered(RollCall call) {
    return call.unnamed()
        + call.rows().stream()
            .filter(ControllerAnswer::expectedHere)
            .filter(row -> row.answerState() == AnswerState.SILENT || !row.claimants().isEmpty())
            .count();
  }

  /** Returns how many tasks met which fate, at all controllers. */
  static Map<Fate, Integer> allFates(RollCall call) {
    var all = new EnumMap<Fate, Integer>(Fate.class);
    call.rows().forEach(row -> row.fates().forEach((fate, n) -> all.merge(fate, n, Integer::sum)));
    return all;
  }

  /** Returns the live picture: the table of controllers and a line that sums up. */
  static List<String> live(RollCall call, Instant now, Style style) {
    var lines = new ArrayList<String>();
    if (!call.rows().isEmpty()) {
      lines.addAll(controllers(call, now).lines(style));
    }
    lines.add(summary(call, now));
    return lines;
  }

  /** {@code 3 of 4 controllers confirmed · 8 of 11 workers dead · 5.9s left}. */
  static String summary(RollCall call, Instant now) {
    var totals = Totals.of(call);
    var left = Duration.between(now, call.deadlines().doneBy());
    String deaths =
        " · "
            + totals.dead()
            + " of "
            + Phrases.count(totals.workers(), "worker")
            + " dead · "
            + totals.settled()
            + " of "
            + Phrases.count(totals.tasks(), "task")
            + " settled";
    return totals.confirmed()
        + " of "
        + Phrases.count(totals.controllers(), "controller")
        + " confirmed"
        + (call.order().kind() == OrderKind.KILL ? deaths : "")
        + (left.isNegative() || left.isZero() ? "" : " · " + Phrases.brief(left) + " left");
  }

  /**
   * Returns a report as a line for logs: {@code key=value} words after the time.
   *
   * @param stranger the user who published it, if it counts for nothing because of that user; else
   *     null
   */
  static String eventLine(Report report, @Nullable String stranger) {
    String head =
        Text.stamp(report.at())
            + " order="
            + Printable.word(report.order())
            + " controller="
            + Printable.word(report.controller())
            + " event="
            + (stranger == null ? "" : "ignored by=" + Printable.word(stranger) + " said=");
    return head
        + switch (report) {
          case Report.ControllerHeard heard ->
              "heard workers=" + heard.expected().workers() + " tasks=" + heard.expected().tasks();
          case WorkerDead dead ->
              "worker-dead worker="
                  + Printable.word(dead.worker())
                  + " pid="
                  + dead.pid()
                  + " ended_by="
                  + endedBy(dead).replace(' ', '-')
                  + " processes="
                  + dead.processesKilled()
                  + " containment="
                  + Printable.word(dead.containment())
                  + " proven="
                  + dead.proven()
                  + " took_us="
                  + dead.deathMicros()
                  + (dead.task() == null ? "" : " task=" + Printable.word(dead.task()));
          case Report.WorkerUnconfirmed worker ->
              "worker-unconfirmed worker="
                  + Printable.word(worker.worker())
                  + " pid="
                  + worker.pid()
                  + " survivors="
                  + worker.survivors().stream()
                      .map(survivor -> Long.toString(survivor.pid()))
                      .collect(Collectors.joining(","));
          case Report.TaskSettled task ->
              "task-settled task="
                  + Printable.word(task.task())
                  + " queue="
                  + Printable.word(task.queue())
                  + " fate="
                  + task.fate().wire();
          case Report.ControllerDone done ->
              "done workers="
                  + done.workers()
                  + " tasks="
                  + done.tasks()
                  + " backlog="
                  + done.backlog()
                  + " state="
                  + done.state().wire()
                  + " failed="
                  + done.failed().size()
                  + " took_us="
                  + done.tookMicros();
          case Report.ControllerRefused refused ->
              "refused because=\"" + refused.because().replace('"', '\'') + "\"";
        };
  }
}
