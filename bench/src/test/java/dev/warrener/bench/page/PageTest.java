package dev.warrener.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.bench.figures.Machine;
import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.figures.Recorder;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.SuiteResult;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class PageTest {
  private static final String CONSUMED = "published while consumed";

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

  private static String goal(Results results) {
    return new Page(results)
        .text()
        .lines()
        .filter(line -> line.contains(CONSUMED + ": at least 0.6"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void goalThatIsReachedIsMet() {
    assertThat(goal(results(6000))).contains("0.60 (6,000 to 10,000)").endsWith("| met |");
  }

  @Test
  void goalThatIsMissedIsNotMet() {
    assertThat(goal(results(5999))).contains("5,999").endsWith("| **not met** |");
  }

  @Test
  void goalWithoutFiguresIsNotMeasured() {
    var none = new Results(1, results(1).machine(), List.of());
    assertThat(goal(none)).contains("not measured").doesNotContain("met |");
  }

  @Test
  void missingPeerIsNamedWithTheCommandThatInstallsIt() {
    assertThat(new Page(results(1)).text())
        .contains("**Missing: Celery**", "no python3 has it", "`apt-get install it`");
  }

  @Test
  void eachPlotOfThePageIsAFileOfWellFormedSvg() throws Exception {
    new Page(results(6000)).write(folder);
    var page = Files.readString(folder.resolve("benchmarks.md"));
    var plot = "benchmarks/throughput-published-while-consumed.svg";
    assertThat(page).contains("![](" + plot + ")");
    var svg = Files.readString(folder.resolve(plot));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getElementsByTagName("path").getLength()).isEqualTo(3);
    assertThat(svg).contains("a &amp; b &lt;c&gt;");
  }

  @Test
  void notesWrittenByHandStandAtTheEnd() throws IOException {
    Files.createDirectories(folder.resolve("benchmarks"));
    Files.writeString(folder.resolve("benchmarks/notes.md"), "## Notes\nWhat would be needed.\n");
    new Page(results(6000)).write(folder);
    assertThat(Files.readString(folder.resolve("benchmarks.md"))).endsWith("would be needed.\n");
  }

  @Test
  void linksOfTheNotesLeadToTheSameFilesFromThePage() throws IOException {
    Files.createDirectories(folder.resolve("benchmarks"));
    Files.writeString(folder.resolve("benchmarks/notes.md"), "([0001](../decisions/0001.md))\n");
    new Page(results(6000)).write(folder);
    assertThat(Files.readString(folder.resolve("benchmarks.md")))
        .endsWith("([0001](decisions/0001.md))\n");
  }

  @Test
  void profileSaysWhatOneProcessorIsGoodFor() {
    var recorder = new Recorder();
    recorder.add("broker", "processor time", "µs/task", Map.of(), 100);
    recorder.add("controller, all threads", "processor time", "µs/task", Map.of(), 120);
    recorder.add("controller: owner", "processor time", "µs/task", Map.of(), 40);
    recorder.add("workers, all", "processor time", "µs/task", Map.of(), 30);
    recorder.add("owner", "samples", "%", Map.of("method", "a.b"), 7);
    var profile = profileOf(recorder);

    assertThat(ProfileChapters.of(profile).orElseThrow())
        .contains("costs 250 µs", "4,000 tasks a second", "owner 40.0", "`a.b` 7.00");
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
            "a kill of 8 idle workers takes",
            "controller, all threads 20.0, broker 6.00",
            "cost most: owner 4.00.");
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
  void barsAreAsLongAsTheirFigures() throws IOException {
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
  void numbersHaveAsManyDigitsAsSaySomething() {
    assertThat(List.of(12_345.6, 123.45, 12.345, 1.2345, 0.12345).stream().map(Figure::of))
        .containsExactly("12,346", "123", "12.3", "1.23", "0.12");
  }
}
