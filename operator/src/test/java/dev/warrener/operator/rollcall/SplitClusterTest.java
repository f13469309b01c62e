package dev.warrener.operator.rollcall;

import static dev.warrener.operator.rollcall.Said.at;
import static dev.warrener.operator.rollcall.Said.call;
import static dev.warrener.operator.rollcall.Said.done;
import static dev.warrener.operator.rollcall.Said.heard;
import static dev.warrener.operator.rollcall.Said.kill;
import static dev.warrener.operator.rollcall.Said.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.Verdict.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counts of the broker that disagree with what arrives: its cluster may be split. */
class SplitClusterTest {
  private static final Duration LEASE = Duration.ofSeconds(15);

  private static KnownController last(String id, double seenAt, Duration lease) {
    return new KnownController(id, "host", at(seenAt), RosterState.SILENT, lease);
  }

  @Test
  void controllerThatIsCountedAndLongSilentIsNamed() {
    var silent = List.of(last("web-4", -134, LEASE));

    assertThat(SplitCluster.sentence(silent, 2, 3, at(0)).orElseThrow())
        .startsWith("The broker still counts web-4 as connected")
        .contains("may be split", "warrener kill --local");
    assertThat(SplitCluster.sentence(silent, 2, 2, at(0))).as("it is not counted").isEmpty();
    assertThat(SplitCluster.sentence(silent, 2, 0, at(0))).as("the broker was not asked").isEmpty();
  }

  @Test
  void controllerThatMayBeFrozenExplainsTheCount() {
    var frozen = last("web-5", -20, LEASE);
    var slow = last("web-6", -134, Duration.ofMinutes(5));

    assertThat(SplitCluster.sentence(List.of(frozen), 2, 3, at(0))).isEmpty();
    assertThat(SplitCluster.sentence(List.of(slow), 2, 3, at(0))).isEmpty();
    assertThat(SplitCluster.sentence(List.of(last("web-4", -134, LEASE), frozen), 2, 3, at(0)))
        .isEmpty();
    assertThat(SplitCluster.sentence(List.of(last("web-4", -134, LEASE), frozen), 2, 4, at(0)))
        .get()
        .asString()
        .contains("counts web-4 as connected");
  }

  @Test
  void oneOfTwoIsCounted() {
    var silent = List.of(last("web-4", -134, LEASE), last("web-5", -3000, LEASE));

    assertThat(SplitCluster.sentence(silent, 2, 3, at(0)).orElseThrow())
        .contains("counts 1 of web-4, web-5 as connected");
  }

  @Test
  void orderThatNamesItsControllersNeedsNoCount() {
    var scope = new Scope(false, List.of("web-1"), List.of(), List.of(), List.of(), List.of());
    var call =
        call(
                kill(scope),
                List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)))
            .armed(2);

    assertThat(call.verdict(at(11)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void verdictSaysIt() {
    var call =
        call(
                kill(Scope.ALL),
                List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)))
            .armed(2);

    var verdict = call.verdict(at(11));

    assertThat(verdict.state()).isEqualTo(State.PARTIAL);
    assertThat(verdict.sentences())
        .anyMatch(sentence -> sentence.startsWith("The broker still counts web-4 as connected"));
  }
}
