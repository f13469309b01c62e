package dev.warrener.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.bench.figures.Machine;
import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.figures.Recorder;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.ResultsFile;
import dev.warrener.bench.figures.SuiteResult;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class BenchmarkPagesTest {
  private static final String CONSUMED = "published while consumed";
  private static final Path DOCS = Path.of("../docs");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern NOTE = Pattern.compile("benchmarks/notes\\.md#([a-z0-9-]+)");
  private static final Pattern CHART = Pattern.compile("!\\[[^]]+]\\(([^)]+\\.svg)\\)");

  @TempDir private Path folder;

  private static Results results(double ours) {
    var conditions = Map.of("tasks", "no-op", "workers", "4");
    var recorder = new Recorder();
    recorder.add("PerfTest alone", CONSUMED, "tasks/s", conditions, 10_000);
    recorder.add("warrener", CONSUMED, "tasks/s", conditions, ours);
    recorder.add("a & b <c>", CONSUMED, "tasks/s", conditions, 1);
    return new Results(
        1,
        new Machine("a processor", 2, 4096, "a system", "k", "j"),
        List.of(
            new SuiteResult(
                "throughput",
                Instant.parse("2026-11-23T00:00:00Z"),
                1000,
                "./warrener bench --only throughput",
                "RabbitMQ 4.3.6",
                1,
                0.5,
                1.5,
                Map.of("PerfTest", "2"),
                List.of(new MissingPeer("Celery", "no python3 has it", "apt-get install it")),
                List.of("a note"),
                recorder.measurements())));
  }

  private static String overview(Results results) {
    return new FrontPage(results, "notes.md").text();
  }

  private static String budget(Results results) {
    return overview(results)
        .lines()
        .filter(line -> line.contains("at least 0.6 of PerfTest alone"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void budgetThatIsKeptIsMet() {
    assertThat(budget(results(6000))).contains("0.60 (6,000 to 10,000)").endsWith("| met |");
  }

  @Test
  void budgetThatIsExceededIsNotMetAndLinksToItsExplanation() {
    assertThat(budget(results(5999)))
        .contains("5,999")
        .endsWith("| [not met](notes.md#no-op-tasks) |");
  }

  @Test
  void budgetWithoutFiguresIsNotMeasured() {
    var none = new Results(1, results(1).machine(), List.of());
    assertThat(budget(none)).contains("not measured").doesNotContain("met |");
  }

  @Test
  void withoutNotesNothingLinksToThem() throws IOException {
    new BenchmarkPages(results(1)).write(folder);
    assertThat(Files.readString(folder.resolve("benchmarks.md")))
        .contains("| not met |")
        .doesNotContain("notes.md");
  }

  @Test
  void missingPeerIsNamedWithTheCommandThatInstallsIt() {
    assertThat(DetailsPage.text(results(1)))
        .contains("**Missing: Celery**", "no python3 has it", "`apt-get install it`");
  }

  @Test
  void eachChartOfBothPagesIsAFileOfWellFormedSvg() throws Exception {
    new BenchmarkPages(results(6000)).write(folder);
    var details = folder.resolve("benchmarks/details.md");
    assertThat(charts(folder.resolve("benchmarks.md")))
        .containsExactly("benchmarks/throughput.svg");
    assertThat(charts(details)).containsExactly("throughput-published-while-consumed.svg");
    for (var chart : List.of("throughput.svg", "throughput-published-while-consumed.svg")) {
      var svg = Files.readString(details.resolveSibling(chart));
      var document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg)));
      assertThat(document.getElementsByTagName("path").getLength()).isEqualTo(3);
      assertThat(svg).contains("a &amp; b &lt;c&gt;");
    }
  }

  private static List<String> charts(Path page) throws IOException {
    return CHART.matcher(Files.readString(page)).results().map(found -> found.group(1)).toList();
  }

  @Test
  void projectsPageIsMadeFromTheRecordedFigures() throws IOException {
    var notes = folder.resolve("benchmarks/notes.md");
    Files.createDirectories(notes.getParent());
    Files.copy(DOCS.resolve("benchmarks/notes.md"), notes);
    new BenchmarkPages(new ResultsFile(DOCS.resolve("benchmarks/results.json")).readAny())
        .write(folder);
    for (var page : List.of("benchmarks.md", "benchmarks/details.md")) {
      assertThat(DOCS.resolve(page)).as(page).hasSameTextualContentAs(folder.resolve(page));
    }
  }

  @Test
  void projectsPageFitsOnTwoScreens() throws IOException {
    var page = Files.readString(DOCS.resolve("benchmarks.md"));
    assertThat(page.lines().count()).isLessThanOrEqualTo(100);
    assertThat(page.split("\\s+")).hasSizeLessThanOrEqualTo(1200);
  }

  @Test
  void everyBudgetThatIsNotMetIsExplainedInTheNotes() throws IOException {
    var page = Files.readString(DOCS.resolve("benchmarks.md"));
    var anchors =
        HEADING
            .matcher(Files.readString(DOCS.resolve("benchmarks/notes.md")))
            .results()
            .map(heading ->
                heading.group(1).toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9 -]", ""))
            .map(heading -> heading.replace(' ', '-'))
            .toList();
    assertThat(anchors)
        .containsAll(
            Budgets.ALL.stream()
                .map(Budget::explanation)
                .filter(anchor -> !anchor.isEmpty())
                .toList());
    assertThat(page.lines().filter(line -> line.contains("not met") && line.startsWith("| ")))
        .allSatisfy(row -> assertThat(NOTE.matcher(row).find()).as(row).isTrue());
  }

  @Test
  void profileSaysHowManyTasksOneProcessorCanRun() {
    var recorder = new Recorder();
    recorder.add("broker", "processor time", "µs/task", Map.of(), 100);
    recorder.add("controller, all threads", "processor time", "µs/task", Map.of(), 120);
    recorder.add("controller: owner", "processor time", "µs/task", Map.of(), 40);
    recorder.add("workers, all", "processor time", "µs/task", Map.of(), 30);
    recorder.add("owner", "samples", "%", Map.of("method", "a.b"), 7);

    assertThat(ProfileChapters.ofTasks(profileOf(recorder)).orElseThrow())
        .contains("costs 250 µs", "4,000 such tasks a second", "owner 40.0", "`a.b` 7.00");
  }

  @Test
  void profileSaysWhereTheTimeOfAKillGoes() {
    var recorder = new Recorder();
    var conditions = Map.of("workers", "8");
    for (var one :
        Map.of("broker", 6, "controller, all threads", 20, "controller: owner", 4).entrySet()) {
      recorder.add(one.getKey(), "processor time of a kill", "ms", conditions, one.getValue());
    }

    assertThat(ProfileChapters.ofKills(profileOf(recorder)).orElseThrow())
        .contains(
            "A kill of 8 idle workers costs",
            "controller, all threads 20.0, broker 6.00",
            "expensive threads: owner 4.00.");
  }

  private static SuiteResult profileOf(Recorder recorder) {
    var former = results(1).suites().getFirst();
    return new SuiteResult(
        "profile",
        former.startedAt(),
        1,
        "./warrener bench",
        "RabbitMQ",
        1,
        0.5,
        null,
        Map.of(),
        List.of(),
        List.of(),
        recorder.measurements());
  }

  @Test
  void barsAreAsLongAsTheirFigures() {
    var svg =
        new BarChart(
                "title",
                "ms",
                List.of(
                    new BarChart.Bar("whole", 100, 100, 100, true),
                    new BarChart.Bar("half", 50, 50, 50, false)))
            .svg();
    assertThat(svg).contains("width=\"460.0\"", "width=\"230.0\"");
  }

  @Test
  void numbersHaveThreeSignificantDigits() {
    assertThat(List.of(12_345.6, 123.45, 12.345, 1.2345, 0.12345).stream().map(Figure::of))
        .containsExactly("12,346", "123", "12.3", "1.23", "0.12");
  }
}
