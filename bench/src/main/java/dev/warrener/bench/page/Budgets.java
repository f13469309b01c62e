package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import dev.warrener.bench.page.Budget.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The goals, in the order of the page. */
final class Budgets {
  private static final String CERTIFICATE = "order to last certificate";

  static final List<Budget> ALL =
      List.of(
          new Budget(
              "throughput",
              "no-op tasks on 4 workers, published while consumed: at least 0.6 of PerfTest's"
                  + " receiving rate",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "published while consumed", Map.of("tasks", "no-op")),
                      new Side(
                          "PerfTest alone", "published while consumed", Map.of("tasks", "no-op")),
                      Bound.atLeast(0.6))),
          new Budget(
              "throughput",
              "no-op tasks, a backlog drained: at least 0.6 of PerfTest's consumer",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "drained", Map.of("tasks", "no-op")),
                      new Side("PerfTest", "drained", Map.of("tasks", "no-op")),
                      Bound.atLeast(0.6))),
          new Budget(
              "throughput",
              "no-op tasks, published while consumed: at least 2.5 times Celery",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "published while consumed", Map.of("tasks", "no-op")),
                      new Side("Celery", "published while consumed", Map.of("tasks", "no-op")),
                      Bound.atLeast(2.5))),
          new Budget(
              "throughput",
              "1 ms tasks, a backlog drained: at least 0.95 of what 4 workers could do at best",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "drained", Map.of("tasks", "1 ms")),
                      new Side("ceiling", "settled at best", Map.of("tasks", "1 ms")),
                      Bound.atLeast(0.95))),
          new Budget(
              "latency",
              "publish to the handler's first instruction, workers idle: at most 1 ms (median) above"
                  + " a plain consumer",
              results ->
                  median(results, "latency", new Side("warrener", "median", Map.of()))
                      .flatMap(mine ->
                          median(results, "latency", new Side("plain consumer", "median", Map.of()))
                              .map(other ->
                                  new Verdict(
                                      mine - other <= 1,
                                      "%s ms above (%s to %s)"
                                          .formatted(
                                              Figure.of(mine - other),
                                              Figure.of(mine),
                                              Figure.of(other)))))),
          kill(4, "idle"),
          kill(8, "idle"),
          kill(32, "idle"),
          kill(64, "idle"),
          kill(4, "busy"),
          kill(8, "busy"),
          kill(32, "busy"),
          kill(64, "busy"),
          limit(
              "kill",
              "8 idle workers, the operator's command from start to exit: at most 300 ms",
              new Side(
                  "warrener",
                  "the operator's command, start to exit",
                  Map.of("workers", "8", "state", "idle")),
              300,
              "ms"),
          new Budget(
              "start",
              "worker, process to ready: at most 1.5 times a bare JVM of the same flags",
              results ->
                  ratio(
                      results,
                      "start",
                      new Side("warrener", "process to ready", Map.of()),
                      new Side("bare JVM", "process to ready", Map.of()),
                      Bound.atMost(1.5))),
          limit(
              "start",
              "memory of an idle worker: at most 40 MB (proportional)",
              new Side("warrener", "idle worker's proportional memory", Map.of()),
              40,
              "MB"),
          limit(
              "start",
              "kill with respawn and a hot spare: the next task of the killed worker's queue starts"
                  + " within 20 ms of the certificate",
              new Side("warrener, 1 spare", "certificate to the next task's start", Map.of()),
              20,
              "ms"),
          growth("workers", "drained", false),
          growth("waiting", "order to last certificate", true),
          growth("controllers", "order to last certificate", true));

  private Budgets() {}

  /** One figure, by its place. */
  record Side(String subject, String metric, Map<String, String> parameters) {}

  /** A limit that a figure must keep. */
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

  static Optional<Double> median(Results results, String suite, Side side) {
    return results
        .suite(suite)
        .flatMap(run -> run.find(side.subject(), side.metric(), side.parameters()))
        .map(measurement -> measurement.median());
  }

  /** Ours to theirs. */
  private static Optional<Verdict> ratio(
      Results results, String suite, Side ours, Side theirs, Bound bound) {
    return median(results, suite, ours)
        .flatMap(mine -> median(results, suite, theirs).map(other -> verdict(mine, other, bound)));
  }

  /** To the last certificate at most 1.5 times the C floor, and 5 ms. */
  private static Budget kill(int workers, String state) {
    var conditions = Map.of("workers", Integer.toString(workers), "state", state);
    return new Budget(
        "kill",
        workers
            + " "
            + state
            + " workers, order to last certificate: at most 1.5 times the C floor and 5 ms",
        results ->
            median(results, "kill", new Side("warrener", CERTIFICATE, conditions))
                .flatMap(mine ->
                    median(results, "kill", new Side("C floor", CERTIFICATE, conditions))
                        .map(floor ->
                            new Verdict(
                                mine <= 1.5 * floor + 5,
                                "%s ms (at most %s; floor %s)"
                                    .formatted(
                                        Figure.of(mine),
                                        Figure.of(1.5 * floor + 5),
                                        Figure.of(floor))))));
  }

  private static Budget limit(String suite, String words, Side side, double most, String unit) {
    return new Budget(
        suite,
        words,
        results ->
            median(results, suite, side)
                .map(value -> new Verdict(value <= most, Figure.of(value) + " " + unit)));
  }

  /**
   * Nothing grows worse than linearly: from the smallest to the largest size a time grows at most
   * by the factor of the size. A kill must not grow with the backlog at all, and a rate must not
   * fall.
   */
  private static Budget growth(String parameter, String metric, boolean isTime) {
    return new Budget(
        "growth",
        isTime
            ? "more "
                + parameter
                + ": the kill takes "
                + (parameter.equals("waiting")
                    ? "no longer (within a half)"
                    : "at most linearly longer")
            : "more " + parameter + ": the rate does not fall (within a fifth)",
        results -> Growth.of(results, parameter, metric).map(growth -> growth.verdict(isTime)));
  }

  private static Verdict verdict(double mine, double other, Bound bound) {
    double ratio = mine / other;
    return new Verdict(
        bound.isKeptBy(ratio),
        "%s (%s to %s)".formatted(Figure.of(ratio), Figure.of(mine), Figure.of(other)));
  }
}
