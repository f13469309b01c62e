package dev.warrener.e2e.race;

import dev.warrener.messaging.Uuid7;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;

/** All that became of one task and of the order to kill it. Thread-safe. */
final class Race {
  private static final List<String> FATES = List.of("dead-letter", "purge", "requeue");

  final String task;
  final String fate;
  final boolean fencesWorker;
  final String order = Uuid7.next();
  final List<Run> runs = Collections.synchronizedList(new ArrayList<>());
  final List<JsonNode> reports = Collections.synchronizedList(new ArrayList<>());
  final AtomicBoolean answered = new AtomicBoolean();
  final List<JsonNode> results = Collections.synchronizedList(new ArrayList<>());

  Race(int number) {
    task = "race-" + number;
    fate = FATES.get(number % FATES.size());
    fencesWorker = number % 4 == 0;
  }

  /** One start of a task, as its worker wrote it down. */
  static final class Run {
    final int attempt;
    final String worker;
    final long incarnation;

    /** Whether the handler came to its last act. */
    volatile boolean ended;

    /** Whether the worker had reported the end to its controller. */
    volatile boolean reported;

    Run(int attempt, String worker, long incarnation) {
      this.attempt = attempt;
      this.worker = worker;
      this.incarnation = incarnation;
    }

    @Override
    public String toString() {
      return worker + "@" + incarnation + (ended ? ", ended" : "") + (reported ? ", reported" : "");
    }
  }

  /** Returns the reports of one type. */
  List<JsonNode> reports(String type) {
    synchronized (reports) {
      return reports.stream().filter(one -> one.get("type").asString().equals(type)).toList();
    }
  }

  /** Returns the outcomes of all results that were published for the task. */
  List<String> outcomes() {
    synchronized (results) {
      return results.stream().map(result -> result.get("outcome").asString()).toList();
    }
  }

  @Override
  public String toString() {
    return task
        + " to "
        + fate
        + ": runs "
        + runs
        + ", results "
        + results
        + ", reports "
        + reports;
  }
}
