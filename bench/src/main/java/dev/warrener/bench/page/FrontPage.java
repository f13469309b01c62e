package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.SuiteResult;
import dev.warrener.bench.page.Budgets.Side;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code benchmarks.md}: method, three charts, and the budgets, on two screens. */
final class FrontPage {
  private static final String CONSUMED = "published while consumed";
  private static final String CERTIFICATE = "order to last certificate";
  private static final Map<String, String> NO_OP = Map.of("tasks", "no-op");
  private static final List<String> PEERS = List.of("PerfTest", "plain consumer", "Celery");

  private final Results results;
  private final String notes;

  /**
   * Makes the page.
   *
   * @param notes the link to the notes, or an empty string if there are none
   */
  FrontPage(Results results, String notes) {
    this.results = results;
    this.notes = notes;
  }

  String text() {
    return """
    # Benchmarks

    How fast Warrener runs tasks, and how fast it kills them, beside programs that do part of the same job. `./warrener bench` makes this page from the figures in [results.json](benchmarks/results.json). [All figures](benchmarks/details.md)%s.

    """
            .formatted(
                notes.isEmpty()
                    ? ""
                    : " · [Why some budgets are not met, and what was tried](" + notes + ")")
        + method()
        + throughput()
        + kill()
        + growth()
        + compilers()
        + budgets();
  }

  private String method() {
    var machine = results.machine();
    return """
    ## Method
    - **Machine.** %s, %d processors, %,d MB, %s, %s, Java: %s. Broker, workers, peers and the measuring client share these processors.
    - **Compared.** %s
    - **Kills** are compared with a floor: a C program that starts the same worker processes, kills them, and waits for each. Python's `Pool.terminate` and `join` is shown beside it.
    - **Turns.** The programs take turns on one broker (A B A B …). %s A figure is the median of its turns; the thin line in a chart spans the lowest and the highest.
    - **Reading.** %s Compare the figures of one chart with one another, not with figures of another machine or day.
    - **Again.** `./warrener bench` measures everything, `--quick` takes a few minutes, and `--page` makes these pages without measuring.

    """
        .formatted(
            machine.processor(),
            machine.processors(),
            machine.memoryMegabytes(),
            machine.system(),
            machine.kernel(),
            machine.java(),
            compared(),
            turns(),
            loads());
  }

  private String compared() {
    var versions =
        results.suite("throughput").map(SuiteResult::versions).orElse(Map.<String, String>of());
    var peers =
        PEERS.stream()
            .filter(versions::containsKey)
            .map(peer -> "%s (%s)".formatted(peer, versions.get(peer)))
            .collect(Collectors.joining(", "));
    return peers.isEmpty()
        ? "No peer was measured."
        : peers
            + ". PerfTest is RabbitMQ's own load generator, and its consumer does nothing with a"
            + " message. The plain consumer runs tasks on a pool of threads.";
  }

  private String turns() {
    var days = new TreeSet<LocalDate>();
    results
        .suites()
        .forEach(suite -> days.add(suite.startedAt().atZone(ZoneOffset.UTC).toLocalDate()));
    return results.suites().isEmpty()
        ? "Nothing was measured yet."
        : "Turns on %s: %s."
            .formatted(
                days.stream().map(LocalDate::toString).collect(Collectors.joining(", ")),
                results.suites().stream()
                    .map(suite -> suite.name() + " " + suite.rounds())
                    .collect(Collectors.joining(", ")));
  }

  private String loads() {
    var load = results.suites().stream().mapToDouble(SuiteResult::load).summaryStatistics();
    return load.getCount() == 0
        ? ""
        : "Other programs used this machine, too: its load before a suite was %s to %s."
            .formatted(Figure.of(load.getMin()), Figure.of(load.getMax()));
  }

  private String throughput() {
    var mine = throughputOf("warrener");
    if (mine.isEmpty()) {
      return "";
    }
    var text = new StringBuilder();
    text.append(
        "## Throughput\n![Bar chart of rates](benchmarks/%s)\n\nWarrener settles %s no-op tasks a second on 4 workers"
            .formatted(Charts.THROUGHPUT, Figure.of(mine.get())));
    beside(text, mine.get(), "plain consumer", ": %s of the rate of a plain consumer");
    beside(text, mine.get(), "Celery", ", and %s times the rate of Celery");
    text.append(
        ". Every task crosses from the controller to a worker process and back, so that"
            + " a task can be killed without its neighbours; a consumer with threads saves that way."
            + " PerfTest alone publishes by itself, and the others get their tasks from one"
            + " publisher.");
    throughputOf("warrener, look-ahead 4")
        .ifPresent(one ->
            text.append(
                " All programs may hold 100 unsettled tasks. With Warrener's own default for 4"
                    + " workers, a look-ahead of 4, the rate is %s.".formatted(Figure.of(one))));
    return text.append("\n\n").toString();
  }

  private void beside(StringBuilder text, double mine, String peer, String words) {
    throughputOf(peer).ifPresent(other -> text.append(words.formatted(Figure.of(mine / other))));
  }

  private Optional<Double> throughputOf(String subject) {
    return Budgets.median(results, "throughput", new Side(subject, CONSUMED, NO_OP));
  }

  private String kill() {
    var eight = Map.of("workers", "8", "state", "busy");
    var mine = Budgets.median(results, "kill", new Side("warrener", CERTIFICATE, eight));
    var floor = Budgets.median(results, "kill", new Side("C floor", CERTIFICATE, eight));
    if (mine.isEmpty() || floor.isEmpty()) {
      return "";
    }
    return """
    ## Kill
    ![Bar chart of kill times](benchmarks/%s)

    Eight busy workers are proven dead %s ms after the order, where the kernel alone needs %s ms (C floor). The time includes the order's way through the broker, confirmed by its log, and the last worker's certificate on its way back. The floor and Python's pool only kill their own children and wait: they send no order, look for no descendants, and prove nothing to anybody else.

    """
        .formatted(Charts.KILL, Figure.of(mine.get()), Figure.of(floor.get()));
  }

  private String growth() {
    var one = Growth.of(results, "workers", "drained");
    var best =
        results.suite("growth").stream()
            .flatMap(suite -> suite.of("drained").stream())
            .filter(measurement -> measurement.parameters().containsKey("workers"))
            .max(Comparator.comparingDouble(measurement -> measurement.median()));
    if (one.isEmpty() || best.isEmpty()) {
      return "";
    }
    return """
    ## Growth
    ![Bar chart of rates by number of workers](benchmarks/%s)

    The rate is highest with %s workers. With %,.0f workers on %d processors it is %s of the rate of one worker.%s [All figures](benchmarks/details.md#growth) include larger messages and more controllers.

    """
        .formatted(
            Charts.GROWTH,
            best.get().parameters().get("workers"),
            one.get().to(),
            results.machine().processors(),
            Figure.of(one.get().last() / one.get().first()),
            Growth.of(results, "waiting", CERTIFICATE)
                .map(waiting ->
                    " A kill takes %s ms with %,.0f waiting tasks, and %s ms with %,.0f."
                        .formatted(
                            Figure.of(waiting.first()),
                            waiting.from(),
                            Figure.of(waiting.last()),
                            waiting.to()))
                .orElse(""));
  }

  private String compilers() {
    var task = pair("task that computes", Map.of());
    var ready = pair("process to ready", Map.of());
    var memory = pair("idle worker's proportional memory", Map.of());
    var death = pair("kernel's time to end workers", Map.of("workers", "8"));
    if (task.isEmpty() || ready.isEmpty() || memory.isEmpty() || death.isEmpty()) {
      return "";
    }
    return """
    ## Compilers
    Workers have both compilers of the Java VM, unless `worker.compiler=quick` leaves the optimizing one out. A task that multiplies matrices takes %s ms with both, and %s ms with the quick one alone. Elsewhere the second compiler makes little difference: a worker is ready after %s ms with both and %s ms with the quick one, an idle one has %s and %s MB, and the kernel ends eight of them in %s and %s ms. The times differ by less than single measurements of either do.

    """
        .formatted(
            Figure.of(task.get().both()),
            Figure.of(task.get().quick()),
            Figure.of(ready.get().both()),
            Figure.of(ready.get().quick()),
            Figure.of(memory.get().both()),
            Figure.of(memory.get().quick()),
            Figure.of(death.get().both()),
            Figure.of(death.get().quick()));
  }

  private record Pair(double both, double quick) {}

  private Optional<Pair> pair(String metric, Map<String, String> parameters) {
    return Budgets.median(results, "compiler", new Side("both", metric, parameters))
        .flatMap(both ->
            Budgets.median(results, "compiler", new Side("quick", metric, parameters))
                .map(quick -> new Pair(both, quick)));
  }

  private String budgets() {
    return "## Budgets\nA budget is what we allow a figure to be on this machine.\n\n"
        + "| | figure | budget | measured | |\n| --- | --- | --- | --- | --- |\n"
        + Budgets.ALL.stream()
            .map(budget -> budget.row(results, notes) + "\n")
            .collect(Collectors.joining());
  }
}
