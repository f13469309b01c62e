package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.SuiteResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The charts of both pages, each drawn from the recorded figures. */
final class Charts {
  static final String THROUGHPUT = "throughput.svg";
  static final String KILL = "kill.svg";
  static final String GROWTH = "growth.svg";

  /** The most bars of one chart; a metric with more of them is shown by its table only. */
  private static final int MOST_BARS = 40;

  private Charts() {}

  /** Returns all charts, by the names of their files. */
  static Map<String, BarChart> all(Results results) {
    var all = new LinkedHashMap<String, BarChart>();
    throughput(results).ifPresent(chart -> all.put(THROUGHPUT, chart));
    kill(results).ifPresent(chart -> all.put(KILL, chart));
    growth(results).ifPresent(chart -> all.put(GROWTH, chart));
    results.suites().forEach(suite -> all.putAll(ofSuite(suite)));
    return all;
  }

  /** Returns the chart of no-op tasks that are published while they are consumed. */
  private static Optional<BarChart> throughput(Results results) {
    return chart(
        results,
        "throughput",
        "published while consumed",
        "No-op tasks, published while consumed, 4 workers",
        measurements ->
            measurements.stream()
                .filter(one -> "no-op".equals(one.parameters().get("tasks")))
                .sorted(Comparator.comparingDouble(Measurement::median).reversed())
                .map(one -> BarChart.Bar.of(one.subject(), one))
                .toList());
  }

  /** Returns the chart of kills of busy workers, each beside its floor. */
  private static Optional<BarChart> kill(Results results) {
    return chart(
        results,
        "kill",
        "order to last certificate",
        "Busy workers, from the order to the last of them dead",
        measurements ->
            measurements.stream()
                .filter(one -> "busy".equals(one.parameters().get("state")))
                .map(one ->
                    BarChart.Bar.of(
                        one.parameters().get("workers") + " workers, " + one.subject(), one))
                .toList());
  }

  /** Returns the chart of the rate that more and more workers reach. */
  private static Optional<BarChart> growth(Results results) {
    return chart(
        results,
        "growth",
        "drained",
        "No-op tasks, a backlog drained by more and more workers",
        measurements ->
            measurements.stream()
                .filter(one -> one.parameters().containsKey("workers"))
                .map(one -> BarChart.Bar.of("workers " + one.parameters().get("workers"), one))
                .toList());
  }

  private static Optional<BarChart> chart(
      Results results,
      String suite,
      String metric,
      String title,
      Function<List<Measurement>, List<BarChart.Bar>> bars) {
    return results
        .suite(suite)
        .map(run -> run.of(metric))
        .filter(measurements -> !measurements.isEmpty())
        .map(measurements ->
            new BarChart(title, measurements.getFirst().unit(), bars.apply(measurements)))
        .filter(chart -> !chart.bars().isEmpty());
  }

  /** Returns a chart for each metric of a suite that has figures to compare. */
  static Map<String, BarChart> ofSuite(SuiteResult suite) {
    var byMetric = new LinkedHashMap<String, List<Measurement>>();
    for (var measurement : suite.measurements()) {
      byMetric.computeIfAbsent(measurement.metric(), _ -> new ArrayList<>()).add(measurement);
    }
    var charts = new LinkedHashMap<String, BarChart>();
    byMetric.forEach((metric, measurements) -> {
      var unit = measurements.getFirst().unit();
      if (measurements.size() > 1
          && measurements.size() <= MOST_BARS
          && measurements.stream().allMatch(one -> one.unit().equals(unit))) {
        charts.put(
            suite.name() + "-" + metric.replaceAll("[^A-Za-z0-9]+", "-") + ".svg",
            new BarChart(
                capital(suite.name()) + ": " + metric,
                unit,
                measurements.stream()
                    .map(one -> BarChart.Bar.of(one.subject() + ", " + one.conditions(), one))
                    .toList()));
      }
    });
    return charts;
  }

  static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}
