package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.command.DoctorCommand.Finding;
import dev.warrener.ops.command.DoctorCommand.Health;
import dev.warrener.ops.view.AnswersPage;
import dev.warrener.ops.view.AnswersPage.Cell;
import dev.warrener.ops.view.Situation;
import dev.warrener.ops.view.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code doctor} finds where somebody does not answer, or where clocks differ. */
class DoctorAnswersTest {
  static Stream<Cell> cells() {
    return AnswersPage.cells().stream().filter(cell -> cell.command().equals("doctor"));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void everyCellOfThePageIsSo(Cell cell) {
    var snapshot = cell.situation().snapshot();

    var findings = new FleetCheck(snapshot).findings();

    assertThat(DoctorCommand.status(findings, DoctorCommand.isSomebodySilent(snapshot)).code())
        .as("%s", findings)
        .isEqualTo(cell.status());
    if (cell.status() == 124 && cell.situation() != Situation.CLOCKS_APART) {
      assertThat(findings)
          .anyMatch(finding -> said(finding).contains(cell.says().replaceFirst("^c2 is ", "")));
    }
  }

  @Test
  void controllerThatRefusesQuestionsIsNotCalledSilentAndItsClockIsNamed() {
    var findings = new FleetCheck(Situation.CLOCKS_APART.snapshot()).findings();

    assertThat(findings)
        .anyMatch(finding -> said(finding).contains("it answers no question of this command"))
        .anyMatch(finding ->
            finding.check().equals("clock of c2")
                && finding.finding().startsWith("it is 5m00s ahead of this one"))
        .noneMatch(finding -> said(finding).contains("silent"));
  }

  @ParameterizedTest
  @CsvSource({
    "3, WARNING, it is 3.0s ahead of this one",
    "-30, WARNING, it is 30s behind this one",
    "-300, WRONG, it refuses orders from here",
    "3600, WRONG, orders from here have expired when they reach it"
  })
  void clockThatDiffersIsAFindingOfItsOwn(long seconds, Health health, String says) {
    assertThat(
            clocks(snapshot -> snapshot.roster().clocks().put("c2", Duration.ofSeconds(seconds))))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.health()).isEqualTo(health);
          assertThat(finding.finding()).contains(says);
          assertThat(finding.advice()).isEqualTo("set the clocks of both hosts right (NTP)");
        });
  }

  @Test
  void clockFromWhichAllOthersDifferAlikeIsTheWrongOne() {
    var findings =
        clocks(snapshot -> {
          snapshot.roster().clocks().put("c1", Duration.ofSeconds(299));
          snapshot.roster().clocks().put("c2", Duration.ofSeconds(301));
        });

    assertThat(findings)
        .hasSize(2)
        .allMatch(finding -> String.valueOf(finding.advice()).contains("this host's clock"));
  }

  private static List<Finding> clocks(Consumer<Snapshot> setting) {
    var snapshot = Situation.BUSY_HOST.snapshot();
    setting.accept(snapshot);
    return new FleetCheck(snapshot)
        .findings().stream().filter(finding -> finding.check().startsWith("clock")).toList();
  }

  private static String said(Finding finding) {
    return finding.finding() + " " + finding.advice();
  }
}
