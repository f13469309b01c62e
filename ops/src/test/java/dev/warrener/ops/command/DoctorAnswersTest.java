package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.rollcall.KnownController;
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
  private static final String ORDER = "0193586f-9f60-7000-8000-000000000001";

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

  @Test
  void refusalOfAControllerThatPublishesItsPresenceIsNamedAndItsHostIsNotBlamed() {
    var snapshot = Situation.BUSY_HOST.snapshot();
    snapshot
        .roster()
        .add(
            new Report.ControllerRefused(
                1, ORDER, "c2", "host-c2", snapshot.at(), 1, "user viewer is no operator here"),
            snapshot.at(),
            "c2");

    var findings = new FleetCheck(snapshot).findings();

    assertThat(findings)
        .anyMatch(finding ->
            finding.check().equals("controller c2")
                && finding.health() == Health.WRONG
                && finding.finding().contains("(user viewer is no operator here)"))
        .noneMatch(finding -> said(finding).contains("overloaded"));
  }

  @Test
  void whoReportsInTheNameOfAControllerIsNamed() {
    var snapshot = Situation.BUSY_HOST.snapshot();
    snapshot
        .roster()
        .add(
            new Report.ControllerRefused(1, ORDER, "c1", "host-c1", snapshot.at(), 1, "made up"),
            snapshot.at(),
            "mallory");

    assertThat(new FleetCheck(snapshot).findings())
        .anyMatch(finding ->
            finding.check().equals("controller c1")
                && finding.finding().startsWith("user mallory reports in its name and is not it"));
  }

  @Test
  void inventedControllerIsShownWithTheUserWhoHasInventedIt() {
    var snapshot = Situation.BUSY_HOST.snapshot();
    var roster = snapshot.roster();
    roster.add(Situation.presence("live"), snapshot.at(), "mallory");
    roster.expect(
        KnownController.of(
            Situation.presence("silent"), snapshot.at().minusSeconds(60), "mallory"));
    roster.add(
        new Report.ControllerRefused(1, ORDER, "refusing", "host", snapshot.at(), 1, "made up"),
        snapshot.at(),
        "mallory");

    for (var id : List.of("live", "silent", "refusing")) {
      assertThat(new FleetCheck(snapshot).findings())
          .as(id)
          .anyMatch(finding ->
              finding.check().equals("controller " + id)
                  && finding.finding().contains("user mallory"));
    }
  }

  @Test
  void controllerThatObeysEverybodyIsNamedWithTheSettingThatEndsIt() {
    var snapshot = Situation.ONE_UNKNOWN.snapshot();
    assertThat(new FleetCheck(snapshot).findings())
        .noneMatch(finding -> finding.check().equals("operators"));

    snapshot
        .roster()
        .add(
            Presence.builder("c9", "host")
                .pid(1)
                .software("0.1.0")
                .at(snapshot.at())
                .containment("pid-namespace")
                .anyUserMayOrder(true)
                .build(),
            snapshot.at(),
            "c9");

    assertThat(new FleetCheck(snapshot).findings())
        .filteredOn(finding -> finding.check().equals("operators"))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.health()).isEqualTo(Health.WARNING);
          assertThat(finding.finding()).contains("at c9", "warrener.kill");
          assertThat(finding.advice()).contains("operators=ops");
        });
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
