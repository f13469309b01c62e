package dev.warrener.bench.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFileTest {
  private static final Machine MACHINE = new Machine("a processor", 2, 4096, "a system", "k", "j");

  @TempDir private Path folder;

  static SuiteResult suite(String name, double figure) {
    var recorder = new Recorder();
    recorder.add("warrener", "drained", "tasks/s", Map.of("workers", "4"), figure);
    recorder.add("warrener", "drained", "tasks/s", Map.of("workers", "4"), figure + 2);
    recorder.add("PerfTest", "drained", "tasks/s", Map.of("workers", "4"), 10);
    return new SuiteResult(
        name,
        Instant.parse("2026-11-23T00:00:00Z"),
        1000,
        "./warrener bench",
        "RabbitMQ",
        2,
        0.5,
        1.5,
        Map.of("PerfTest", "2"),
        List.of(new MissingPeer("Celery", "no python3", "apt-get install python3-celery")),
        List.of("a note"),
        recorder.measurements());
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    var file = new ResultsFile(folder.resolve("deep/results.json"));
    var results = new Results(1, MACHINE, List.of(suite("throughput", 5)));
    file.write(results);
    assertThat(file.read(MACHINE)).isEqualTo(results);
  }

  @Test
  void samplesOfOneKindAreKeptTogether() {
    var measured = suite("throughput", 5).find("warrener", "drained", Map.of()).orElseThrow();
    assertThat(measured.samples()).containsExactly(5.0, 7.0);
    assertThat(measured.median()).isEqualTo(6);
  }

  @Test
  void suiteRunAgainTakesThePlaceOfItsFormerFigures() {
    var results =
        new Results(1, MACHINE, List.of(suite("throughput", 5), suite("kill", 1)))
            .with(suite("throughput", 50));
    assertThat(results.suites())
        .extracting(SuiteResult::name)
        .containsExactly("throughput", "kill");
    assertThat(results.suite("throughput").orElseThrow().of("drained").getFirst().median())
        .isEqualTo(51);
  }

  @Test
  void figuresOfAnotherMachineAreNotMixedIn() throws IOException {
    var file = new ResultsFile(folder.resolve("results.json"));
    file.write(new Results(1, MACHINE, List.of(suite("throughput", 5))));
    var other = new Machine("another", 8, 4096, "a system", "k", "j");
    assertThat(file.read(other).suites()).isEmpty();
    assertThat(file.readAny().suites()).hasSize(1);
  }

  @Test
  void fileOfSomethingElseIsNotTakenForResults() throws IOException {
    var path = Files.writeString(folder.resolve("results.json"), "no json");
    assertThatThrownBy(() -> new ResultsFile(path).readAny())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not hold results");
  }
}
