package dev.warrener.operator.rollcall;

import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.ControllerDone;
import dev.warrener.messaging.report.Report.ControllerHeard;
import dev.warrener.messaging.report.Report.ControllerRefused;
import dev.warrener.messaging.report.Report.Expected;
import dev.warrener.messaging.report.Report.TaskSettled;
import dev.warrener.messaging.report.Report.WorkerDead;
import dev.warrener.messaging.report.Report.WorkerUnconfirmed;
import dev.warrener.operator.text.Phrases;
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
 * restarted: its numbers start at 1 again, and what its predecessor proved stays proven. If that
 * happens in the middle of a kill, the new run can't know what the former one had begun, unless it
 * says that it carries the order on. Otherwise the kill has failed, if less was accounted for than
 * was expected at first. If a controller has begun the order, its refusal is about another message
 * with the same id.
 *
 * @param anew whether the controller has restarted in the middle of a kill
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
    Map<Long, Report> bySequence,
    boolean anew) {

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
          Map.of(),
          false);

  Answer {
    dead = Collections.unmodifiableMap(new LinkedHashMap<>(dead));
    unconfirmed = Collections.unmodifiableMap(new LinkedHashMap<>(unconfirmed));
    settled = Collections.unmodifiableMap(new LinkedHashMap<>(settled));
    bySequence = Map.copyOf(bySequence);
  }

  AnswerState answerState() {
    if (done != null) {
      return done.failed().isEmpty() && unconfirmed.isEmpty() && shortfall() == null
          ? AnswerState.DONE
          : AnswerState.FAILED;
    }
    if (refused != null) {
      return AnswerState.REFUSED;
    }
    return firstAt == null ? AnswerState.SILENT : AnswerState.WORKING;
  }

  /** Returns everything that could not be done, as sentences; empty before the end. */
  List<String> failed() {
    if (done == null) {
      return List.of();
    }
    var failed = new ArrayList<>(done.failed());
    var shortfall = shortfall();
    if (shortfall != null) {
      failed.add(shortfall);
    }
    return failed;
  }

  /**
   * Returns a sentence about what a former run of the controller had begun, and nobody has
   * accounted for; or null.
   */
  private @Nullable String shortfall() {
    if (!anew
        || done == null
        || done.coversFormerRun()
        || (dead.size() >= expected.workers() && settled.size() >= expected.tasks())) {
      return null;
    }
    return "it was started again in the middle of the order, and does not know what its former run"
        + " left undone: of "
        + Phrases.count(expected.workers(), "worker")
        + " "
        + dead.size()
        + " are certified dead, of "
        + Phrases.count(expected.tasks(), "task")
        + " "
        + settled.size()
        + " have a fate. The other tasks are back in their queues: give the order again, with a new"
        + " id";
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

  /**
   * Returns this answer with one more report.
   *
   * @param isAboutKill whether the order kills, so that what it covers must be accounted for
   */
  Answer with(Report report, Instant at, boolean isAboutKill) {
    if (knows(report) || (report instanceof ControllerRefused && hasBegun())) {
      return this;
    }
    var numbered = new LinkedHashMap<>(bySequence);
    boolean nextAnew = anew;
    if (numbered.containsKey(report.sequence())) {
      numbered.clear();
      nextAnew |= isAboutKill && done == null;
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
        numbered,
        nextAnew);
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
