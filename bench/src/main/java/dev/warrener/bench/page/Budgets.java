package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import dev.warrener.bench.page.Budget.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The budgets, in the order of the page. */
final class Budgets {
  private static final String CERTIFICATE = "order to last certificate";
  private static final String CONSUMED = "published while consumed";
  private static final Map<String, String> NO_OP = Map.of("tasks", "no-op");
  private static final Map<String, String> PAUSE = Map.of("tasks", "1 ms");

  /** The anchor of a budget that the notes don't mention. */
  private static final String UNEXPLAINED = "";

  static final List<Budget> ALL =
      List.of(
          ratio(
              "throughput",
              "no-op tasks, published while consumed",
              "at least 0.6 of PerfTest alone",
              "no-op-tasks",
              new Side("warrener", CONSUMED, NO_OP),
              new Side("PerfTest alone", CONSUMED, NO_OP),
              Bound.atLeast(0.6)),
          ratio(
              "throughput",
              "no-op tasks, a backlog drained",
              "at least 0.6 of PerfTest's consumer",
              "no-op-tasks",
              new Side("warrener", "drained", NO_OP),
              new Side("PerfTest", "drained", NO_OP),
              Bound.atLeast(0.6)),
          ratio(
              "throughput",
              "no-op tasks, published while consumed",
              "at least 2.5 times Celery",
              "no-op-tasks",
              new Side("warrener", CONSUMED, NO_OP),
              new Side("Celery", CONSUMED, NO_OP),
              Bound.atLeast(2.5)),
          ratio(
              "throughput",
              "1 ms tasks, a backlog drained",
              "at least 0.95 of the most that 4 workers can run",
              "tasks-of-1-ms",
              new Side("warrener", "drained", PAUSE),
              new Side("ceiling", "settled at best", PAUSE),
              Bound.atLeast(0.95)),
          new Budget(
              "latency",
              "publish to the handler's first instruction, workers idle, median",
              "at most 1 ms above a plain consumer",
              UNEXPLAINED,
              Budgets::latency),
          kill("idle"),
          kill("busy"),
          limit(
              "kill",
              "8 idle workers, `warrener kill` from start to exit",
              "the-operators-command",
              new Side(
                  "warrener",
                  "the operator's command, start to exit",
                  Map.of("workers", "8", "state", "idle")),
              300,
              "ms"),
          ratio(
              "start",
              "a worker, process to ready",
              "at most 1.5 times a bare JVM",
              UNEXPLAINED,
              new Side("warrener", "process to ready", Map.of()),
              new Side("bare JVM", "process to ready", Map.of()),
              Bound.atMost(1.5)),
          limit(
              "start",
              "memory of an idle worker, its share of shared pages included",
              UNEXPLAINED,
              new Side("warrener", "idle worker's proportional memory", Map.of()),
              40,
              "MB"),
          limit(
              "start",
              "respawn with a hot spare: certificate to the next task's start",
              UNEXPLAINED,
              new Side("warrener, 1 spare", "certificate to the next task's start", Map.of()),
              20,
              "ms"),
          growth(
              "workers", "rate of no-op tasks", "falls by a fifth at most", "drained", "tasks/s"),
          growth("waiting", "time of a kill", "grows by a half at most", CERTIFICATE, "ms"),
          growth("controllers", "time of a kill", "grows linearly at most", CERTIFICATE, "ms"));

  private Budgets() {}

  /** Where to find one figure of a suite. */
  record Side(String subject, String metric, Map<String, String> parameters) {}

  /** A limit for a ratio. */
  record Bound(boolean least, double limit) {
    static Bound atLeast(double limit) {
      return new Bound(true, limit);
    }

    static Bound atMost(double limit) {
      return new Bound(false, limit);
    }

    boolean isKeptBy(double value) {
      return least ? value >= limit : value <= limit;
    }
  }

  /** Returns the median of one figure; empty if it was not measured. */
  static Optional<Double> median(Results results, String suite, Side side) {
    return results
        .suite(suite)
        .flatMap(run -> run.find(side.subject(), side.metric(), side.parameters()))
        .map(measurement -> measurement.median());
  }

  private static Budget ratio(
      String suite,
      String measured,
      String limit,
      String explanation,
      Side ours,
      Side theirs,
      Bound bound) {
    return new Budget(
        suite,
        measured,
        limit,
        explanation,
        results ->
            median(results, suite, ours)
                .flatMap(mine ->
                    median(results, suite, theirs).map(other -> verdict(mine, other, bound))));
  }

  private static Verdict verdict(double mine, double other, Bound bound) {
    double ratio = mine / other;
    return new Verdict(
        bound.isKeptBy(ratio),
        "%s (%s to %s)".formatted(Figure.of(ratio), Figure.of(mine), Figure.of(other)));
  }

  private static Optional<Verdict> latency(Results results) {
    return median(results, "latency", new Side("warrener", "median", Map.of()))
        .flatMap(mine ->
            median(results, "latency", new Side("plain consumer", "median", Map.of()))
                .map(other ->
                    new Verdict(
                        mine - other <= 1,
                        "%s ms above (%s to %s)"
                            .formatted(
                                Figure.of(mine - other), Figure.of(mine), Figure.of(other)))));
  }

  private static Budget kill(String state) {
    return new Budget(
        "kill",
        state + " workers, order to last certificate",
        "at most 1.5 times the C floor + 5 ms",
        "kills-above-the-floor",
        results -> killVerdict(results, state));
  }

  /** Judges all numbers of workers together: the budget is met if each of them keeps the limit. */
  private static Optional<Verdict> killVerdict(Results results, String state) {
    var kills = new ArrayList<KillTime>();
    for (int workers : new int[] {4, 8, 32, 64}) {
      var conditions = Map.of("workers", Integer.toString(workers), "state", state);
      var mine = median(results, "kill", new Side("warrener", CERTIFICATE, conditions));
      var floor = median(results, "kill", new Side("C floor", CERTIFICATE, conditions));
      if (mine.isPresent() && floor.isPresent()) {
        kills.add(new KillTime(workers, mine.get(), 1.5 * floor.get() + 5));
      }
    }
    return kills.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Verdict(
                kills.stream().allMatch(kill -> kill.millis() <= kill.allowed()),
                kills.stream().map(KillTime::toString).collect(Collectors.joining(", ")) + " ms"));
  }

  /** The time that a kill of a number of workers took, and the time that the budget allows. */
  private record KillTime(int workers, double millis, double allowed) {
    @Override
    public String toString() {
      return "%d: %s of %s".formatted(workers, Figure.of(millis), Figure.of(allowed));
    }
  }

  private static Budget limit(
      String suite, String measured, String explanation, Side side, double most, String unit) {
    return new Budget(
        suite,
        measured,
        "at most " + Math.round(most) + " " + unit,
        explanation,
        results ->
            median(results, suite, side)
                .map(value -> new Verdict(value <= most, Figure.of(value) + " " + unit)));
  }

  private static Budget growth(
      String parameter, String measured, String limit, String metric, String unit) {
    return new Budget(
        "growth",
        "more " + (parameter.equals("waiting") ? "waiting tasks" : parameter) + ": " + measured,
        limit,
        parameter.equals("workers") ? "more-workers-than-processors" : "many-controllers",
        results -> Growth.of(results, parameter, metric).map(growth -> growth.verdict(unit)));
  }
}
