package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import dev.warrener.bench.page.Goal.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The goals, in the order of the page. */
final class Goals {
  static final List<Goal> ALL =
      List.of(
          new Goal(
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
          new Goal(
              "throughput",
              "no-op tasks, a backlog drained: at least 0.6 of PerfTest's consumer",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "drained", Map.of("tasks", "no-op")),
                      new Side("PerfTest", "drained", Map.of("tasks", "no-op")),
                      Bound.atLeast(0.6))),
          new Goal(
              "throughput",
              "no-op tasks, published while consumed: at least 2.5 times Celery",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "published while consumed", Map.of("tasks", "no-op")),
                      new Side("Celery", "published while consumed", Map.of("tasks", "no-op")),
                      Bound.atLeast(2.5))),
          new Goal(
              "throughput",
              "1 ms tasks, a backlog drained: at least 0.95 of what 4 workers could do at best",
              results ->
                  ratio(
                      results,
                      "throughput",
                      new Side("warrener", "drained", Map.of("tasks", "1 ms")),
                      new Side("ceiling", "settled at best", Map.of("tasks", "1 ms")),
                      Bound.atLeast(0.95))));

  private Goals() {}

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

  private static Verdict verdict(double mine, double other, Bound bound) {
    double ratio = mine / other;
    return new Verdict(
        bound.isKeptBy(ratio),
        "%s (%s to %s)".formatted(Figure.of(ratio), Figure.of(mine), Figure.of(other)));
  }
}
