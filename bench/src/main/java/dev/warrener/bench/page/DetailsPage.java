package dev.warrener.bench.page;

import dev.warrener.bench.figures.Measurement;
import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.SuiteResult;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code benchmarks/details.md}: every recorded figure, suite by suite. */
final class DetailsPage {
  private DetailsPage() {}

  static String text(Results results) {
    var page = new StringBuilder();
    page.append(
        """
        # Benchmarks: all figures

        `./warrener bench` makes this page from [results.json](results.json). The [overview](../benchmarks.md) has the method, the main charts and the budgets. Each row is the median of its turns, with the lowest and the highest turn beside it.

        """);
    results.suite("profile").flatMap(ProfileChapters::ofTasks).ifPresent(page::append);
    results.suite("profile").flatMap(ProfileChapters::ofKills).ifPresent(page::append);
    results.suites().forEach(suite -> suite(page, suite));
    return page.toString();
  }

  private static void suite(StringBuilder page, SuiteResult suite) {
    page.append("## ").append(Charts.capital(suite.name())).append('\n');
    page.append(
        "Measured at %s, %d turns each, in %d s. The machine's load was %s before%s. Broker: %s. Repeat it with `%s`.\n\n"
            .formatted(
                suite.startedAt(),
                suite.rounds(),
                suite.tookMillis() / 1000,
                Figure.of(suite.load()),
                suite.loadAfter() == null ? "" : " and " + Figure.of(suite.loadAfter()) + " after",
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
    Charts.ofSuite(suite)
        .forEach((name, chart) ->
            page.append("![").append(chart.title()).append("](").append(name).append(")\n\n"));
    table(page, suite.measurements());
  }

  private static String missing(MissingPeer peer) {
    return "**Missing: %s** was not measured, because %s. Install it with `%s`.\n\n"
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

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
