package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerDone;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.Report.ControllerRefused;
import dev.warrener.messaging.report.Report.Expected;
import dev.warrener.messaging.report.Report.TaskSettled;
import dev.warrener.messaging.report.Report.WorkerDead;
import dev.warrener.messaging.report.Report.WorkerUnconfirmed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All reports of one controller about an order. Immutable.
 *
 * <p>Reports may arrive twice, late and out of order. A report that equals an earlier one is a
 * copy. A report with a number that was used for another one comes from a controller that has
 * restarted and read the order from the log: its numbers start at 1 again, and what its predecessor
 * proved stays proven. If a controller has begun the order, its refusal is about another message
 * with the same id.
 */
record Answer(
    @Nullable Instant firstAt,
    @Nullable Instant lastAt,
    String host,
    Expected expected,
    @Nullable ControllerDone done,
    @Nullable ControllerRefused refused,
    Map<String, WorkerDead> dead,
    Map<String, WorkerUnconfirmed> unconfirmed,
    Map<String, TaskSettled> settled,
    Map<Long, Report> bySequence) {

  static final Answer NONE =
      new Answer(
          null,
          null,
          "",
          new Expected(0, 0, 0, 0, null),
          null,
          null,
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of());

  Answer {
    dead = Collections.unmodifiableMap(new LinkedHashMap<>(dead));
    unconfirmed = Collections.unmodifiableMap(new LinkedHashMap<>(unconfirmed));
    settled = Collections.unmodifiableMap(new LinkedHashMap<>(settled));
    bySequence = Map.copyOf(bySequence);
  }

  AnswerState answerState() {
    if (done != null) {
      return done.failed().isEmpty() && unconfirmed.isEmpty()
          ? AnswerState.DONE
          : AnswerState.FAILED;
    }
    if (refused != null) {
      return AnswerState.REFUSED;
    }
    return firstAt == null ? AnswerState.SILENT : AnswerState.WORKING;
  }

  /** Whether a report is a copy of one that was counted already. */
  boolean knows(Report report) {
    return report.equals(bySequence.get(report.sequence()));
  }

  /** Whether reports with lower numbers than the last one are still missing. */
  boolean hasGaps() {
    long highest = bySequence.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    return bySequence.size() < highest;
  }

  /** Returns this answer with one more report. */
  Answer with(Report report, Instant at) {
    if (knows(report) || (report instanceof ControllerRefused && hasBegun())) {
      return this;
    }
    var numbered = new LinkedHashMap<>(bySequence);
    if (numbered.containsKey(report.sequence())) {
      numbered.clear();
    }
    numbered.put(report.sequence(), report);
    var nextExpected = expected;
    var nextDone = done;
    var nextRefused = refused;
    var nextDead = new LinkedHashMap<>(dead);
    var nextUnconfirmed = new LinkedHashMap<>(unconfirmed);
    var nextSettled = new LinkedHashMap<>(settled);
    boolean isOver = done != null || refused != null;
    if (report instanceof ControllerHeard heard) {
      // A controller that has started anew finds nothing left to do: its first report counts.
      if (bySequence.values().stream().noneMatch(ControllerHeard.class::isInstance)) {
        nextExpected = heard.expected();
      }
    } else if (report instanceof WorkerDead certificate) {
      String process = process(certificate.worker(), certificate.incarnation());
      nextDead.put(process, certificate);
      nextUnconfirmed.remove(process);
    } else if (report instanceof WorkerUnconfirmed worker) {
      String process = process(worker.worker(), worker.incarnation());
      if (!nextDead.containsKey(process)) {
        nextUnconfirmed.put(process, worker);
      }
    } else if (report instanceof TaskSettled task) {
      nextSettled.put(task.queue() + "/" + task.task() + "#" + task.attempt(), task);
    } else if (report instanceof ControllerDone last) {
      nextDone = isOver ? done : last;
    } else if (report instanceof ControllerRefused last) {
      nextRefused = isOver ? refused : last;
    }
    return new Answer(
        firstAt == null ? at : firstAt,
        at,
        report.host(),
        nextExpected,
        nextDone,
        nextRefused,
        nextDead,
        nextUnconfirmed,
        nextSettled,
        numbered);
  }

  /**
   * Whether the controller has begun the order. It then refuses another message with the same id.
   */
  private boolean hasBegun() {
    return done != null
        || bySequence.values().stream().anyMatch(said -> !(said instanceof ControllerRefused));
  }

  List<WorkerDead> certificates() {
    return new ArrayList<>(dead.values());
  }

  private static String process(String worker, long incarnation) {
    return worker + "#" + incarnation;
  }
}
