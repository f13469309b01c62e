package dev.warrener.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.bench.figures.Machine;
import dev.warrener.bench.figures.Recorder;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.SuiteResult;
import dev.warrener.bench.page.Budget.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BudgetsTest {
  private static final String CERTIFICATE = "order to last certificate";

  private static Results results(String suite, Recorder recorder) {
    return new Results(
        1,
        new Machine("a processor", 2, 4096, "a system", "k", "j"),
        List.of(
            new SuiteResult(
                suite,
                Instant.parse("2026-11-23T00:00:00Z"),
                1000,
                "./warrener bench",
                "RabbitMQ",
                1,
                0.5,
                1.5,
                Map.of(),
                List.of(),
                List.of(),
                recorder.measurements())));
  }

  private static Verdict verdict(Results results, String words) {
    return Budgets.ALL.stream()
        .filter(budget -> (budget.measured() + " " + budget.limit()).contains(words))
        .findFirst()
        .flatMap(budget -> budget.judge().apply(results))
        .orElseThrow();
  }

  private static void addKill(Recorder recorder, int workers, double floor, double ours) {
    var conditions = Map.of("workers", Integer.toString(workers), "state", "idle");
    recorder.add("C floor", CERTIFICATE, "ms", conditions, floor);
    recorder.add("warrener", CERTIFICATE, "ms", conditions, ours);
  }

  private static Results kill(double floor, double ours) {
    var recorder = new Recorder();
    addKill(recorder, 8, floor, ours);
    return results("kill", recorder);
  }

  @Test
  void killMayTakeOneAndAHalfTimesTheFloorAndFiveMilliseconds() {
    assertThat(verdict(kill(20, 35), "idle workers, order").met()).isTrue();
    assertThat(verdict(kill(20, 35.1), "idle workers, order").met()).isFalse();
  }

  @Test
  void killBudgetIsMetOnlyIfEveryNumberOfWorkersKeepsIt() {
    var recorder = new Recorder();
    addKill(recorder, 4, 10, 20);
    addKill(recorder, 64, 80, 126);
    var verdict = verdict(results("kill", recorder), "idle workers, order");
    assertThat(verdict.met()).isFalse();
    assertThat(verdict.figure()).isEqualTo("4: 20.0 of 20.0, 64: 126 of 125 ms");
  }

  private static Results latency(double ours) {
    var recorder = new Recorder();
    recorder.add("plain consumer", "median", "ms", Map.of(), 1.5);
    recorder.add("warrener", "median", "ms", Map.of(), ours);
    return results("latency", recorder);
  }

  @Test
  void latencyIsJudgedByWhatItIsAboveAPlainConsumer() {
    assertThat(verdict(latency(2.4), "above").met()).isTrue();
    assertThat(verdict(latency(2.6), "above").met()).isFalse();
  }

  private static Results growth(String parameter, String metric, double... figures) {
    var recorder = new Recorder();
    int size = 1;
    for (double figure : figures) {
      recorder.add("warrener", metric, "ms", Map.of(parameter, Integer.toString(size)), figure);
      size *= 10;
    }
    return results("growth", recorder);
  }

  @Test
  void killThatTakesLongerWithTheBacklogIsNotMet() {
    assertThat(verdict(growth("waiting", CERTIFICATE, 20, 25, 29), "more waiting").met()).isTrue();
    assertThat(verdict(growth("waiting", CERTIFICATE, 20, 25, 31), "more waiting").met()).isFalse();
  }

  @Test
  void killOfTenTimesAsManyControllersMayTakeTenTimesAsLong() {
    assertThat(verdict(growth("controllers", CERTIFICATE, 20, 200), "more controllers").met())
        .isTrue();
    assertThat(verdict(growth("controllers", CERTIFICATE, 20, 201), "more controllers").met())
        .isFalse();
  }

  @Test
  void rateThatFallsWithMoreWorkersIsNotMet() {
    assertThat(verdict(growth("workers", "drained", 5000, 4100), "more workers").met()).isTrue();
    assertThat(verdict(growth("workers", "drained", 5000, 9000, 3900), "more workers").met())
        .isFalse();
  }

  @Test
  void oneSizeAloneDoesNotGrow() {
    assertThat(Growth.of(growth("workers", "drained", 5000), "workers", "drained")).isEmpty();
  }
}
