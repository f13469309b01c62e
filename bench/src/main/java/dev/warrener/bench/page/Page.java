package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.SuiteResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code benchmarks.md} and its plots, from the figures alone: nothing in it is written by hand.
 */
public final class Page {
  private static final int MOST_BARS = 40;

  private final Results results;

  /** Of those figures. */
  public Page(Results results) {
    this.results = results;
  }

  /** Writes the page into {@code folder}, and the plots into its folder {@code benchmarks}. */
  public void write(Path folder) throws IOException {
    var plots = folder.resolve("benchmarks");
    Files.createDirectories(plots);
    for (var entry : charts().entrySet()) {
      Files.writeString(plots.resolve(entry.getKey()), entry.getValue().svg());
    }
    Files.writeString(folder.resolve("benchmarks.md"), text() + notes(plots.resolve("notes.md")));
  }

  /** Their links lead from their own folder, and the page stands in the one above. */
  private static String notes(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).replace("](../", "](") : "";
  }

  /** All of the page that is made from the figures. */
  String text() {
    var page = new StringBuilder();
    page.append(
        """
        # Benchmarks

        Made by `./warrener bench` from [results.json](benchmarks/results.json); only the notes at the end, if there are any, are written by hand (in `benchmarks/notes.md`). Subjects take turns (A B A B …) on one broker; a figure is the median of its turns, with the smallest and the largest behind it. Other programs may have run on the machine meanwhile: its load before each run is named.

        """);
    machine(page);
    goals(page);
    results.suite("profile").flatMap(ProfileChapters::of).ifPresent(page::append);
    results.suite("profile").flatMap(ProfileChapters::ofKills).ifPresent(page::append);
    results.suites().forEach(suite -> suite(page, suite));
    return page.toString();
  }

  private void machine(StringBuilder page) {
    var machine = results.machine();
    page.append(
        "Machine: %s, %d processors, %,d MB, %s, %s; Java: %s.\n\n"
            .formatted(
                machine.processor(),
                machine.processors(),
                machine.memoryMegabytes(),
                machine.system(),
                machine.kernel(),
                machine.java()));
  }

  private void goals(StringBuilder page) {
    page.append("## Goals\n| | goal | figure | |\n| --- | --- | --- | --- |\n");
    Budgets.ALL.forEach(goal -> page.append(goal.row(results)).append('\n'));
    page.append('\n');
  }

  private static void suite(StringBuilder page, SuiteResult suite) {
    page.append("## ").append(capital(suite.name())).append('\n');
    page.append(
        "%s, %d turns each, in %d s; the machine's load %s before%s. Broker: %s. Again: `%s`\n\n"
            .formatted(
                suite.startedAt(),
                suite.rounds(),
                suite.tookMillis() / 1000,
                Figure.of(suite.load()),
                suite.loadAfter() == null ? "" : ", " + Figure.of(suite.loadAfter()) + " after",
                suite.broker(),
                suite.command()));
    if (!suite.versions().isEmpty()) {
      page.append("Versions: ")
          .append(
              new TreeMap<>(suite.versions())
                  .entrySet().stream()
                      .map(entry -> entry.getKey() + " " + oneLine(entry.getValue()))
                      .collect(Collectors.joining("; ")))
          .append(".\n\n");
    }
    suite.missing().forEach(peer -> page.append(missing(peer)));
    suite.notes().forEach(note -> page.append("- ").append(note).append('\n'));
    page.append('\n');
    for (var name : chartsOf(suite).keySet()) {
      page.append("![](benchmarks/").append(name).append(")\n\n");
    }
    table(page, suite.measurements());
  }

  private static String missing(MissingPeer peer) {
    return "**Missing: %s**, not measured: %s. Install it: `%s`\n\n"
        .formatted(peer.peer(), peer.because(), peer.install());
  }

  private static void table(StringBuilder page, List<Measurement> measurements) {
    page.append(
        "| | | | median | low | high | |\n| --- | --- | --- | ---: | ---: | ---: | --- |\n");
    for (var measurement : measurements) {
      var spread = measurement.spread();
      page.append(
          "| %s | %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  measurement.metric(),
                  measurement.conditions(),
                  measurement.subject(),
                  Figure.of(spread.median()),
                  Figure.of(spread.low()),
                  Figure.of(spread.high()),
                  measurement.unit()));
    }
    page.append('\n');
  }

  /** All plots, by the names of their files. */
  Map<String, BarChart> charts() {
    var all = new LinkedHashMap<String, BarChart>();
    results.suites().forEach(suite -> all.putAll(chartsOf(suite)));
    return all;
  }

  /** One for each metric that has something to be compared with. */
  private static Map<String, BarChart> chartsOf(SuiteResult suite) {
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

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
