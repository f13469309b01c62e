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
 * All that one controller has said about an order. Immutable.
 *
 * <p>Reports may come twice, late and out of order. One that equals an earlier one is a copy. One
 * with a number that was used for something else comes from a controller that has started anew and
 * read the order from the log: its numbers count from 1 again, and what its predecessor proved
 * stays proven. A refusal by a controller that has begun is about another message with this id.
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

  Standing standing() {
    if (done != null) {
      return done.failed().isEmpty() && unconfirmed.isEmpty() ? Standing.DONE : Standing.FAILED;
    }
    if (refused != null) {
      return Standing.REFUSED;
    }
    return firstAt == null ? Standing.SILENT : Standing.HEARD;
  }

  /** Tells whether a report is a copy of one that was counted already. */
  boolean knows(Report report) {
    return report.equals(bySequence.get(report.sequence()));
  }

  /** Tells whether reports with lower numbers than the last one are still missing. */
  boolean hasGaps() {
    long highest = bySequence.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    return bySequence.size() < highest;
  }

  /** This answer with one report more. */
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
      nextSettled.put(task.task() + "#" + task.attempt(), task);
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

  /** Who has begun refuses something else that came under the same id. */
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
