package dev.warrener.operator;

import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report.TaskSettled;
import dev.warrener.messaging.report.Report.WorkerDead;
import dev.warrener.messaging.report.Report.WorkerUnconfirmed;
import dev.warrener.operator.rollcall.ControllerAnswer;
import dev.warrener.operator.rollcall.Verdict;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of a kill.
 *
 * @param result the order, the verdict, and the answer of each controller
 * @param tripwire present if the broker blocked publishers and the tripwire was pulled instead.
 *     There are no reports then, and the verdict goes by the broker's own count
 */
public record KillResult(OrderResult result, Optional<Tripwire> tripwire) {

  /**
   * The pulled tripwire.
   *
   * @param listening how many controllers were listening to it
   * @param stillRunning how many controllers still run a worker process, by the broker's count
   * @param took from the pulling to the last count
   */
  public record Tripwire(int listening, int stillRunning, Duration took) {}

  /**
   * Whether every expected controller has proven its workers dead and settled their tasks. If it is
   * false, {@link #verdict} says what is missing.
   */
  public boolean isConfirmed() {
    return result.isConfirmed();
  }

  /** Returns the verdict, with a sentence for everything that a person has to know. */
  public Verdict verdict() {
    return result.verdict();
  }

  /** Returns the order's id, under which {@code warrener kills show} finds it. */
  public String id() {
    return result.order().id();
  }

  /** Returns the death certificates: one for each worker whose process tree is empty. */
  public List<WorkerDead> certificates() {
    return result.controllers().stream().flatMap(row -> row.certificates().stream()).toList();
  }

  /** Returns the workers that are not proven dead. */
  public List<WorkerUnconfirmed> unconfirmed() {
    return result.controllers().stream().flatMap(row -> row.unconfirmed().stream()).toList();
  }

  /** Returns the tasks that met a fate. */
  public List<TaskSettled> tasks() {
    return result.controllers().stream().flatMap(row -> row.settled().stream()).toList();
  }

  /** Returns the number of tasks for each fate that a task has met. */
  public Map<Fate, Integer> fates() {
    var fates = new EnumMap<Fate, Integer>(Fate.class);
    for (ControllerAnswer row : result.controllers()) {
      row.fates().forEach((fate, number) -> fates.merge(fate, number, Integer::sum));
    }
    return fates;
  }

  /** Returns the ids of the expected controllers that have not answered. */
  public List<String> silent() {
    return result.silent();
  }
}
