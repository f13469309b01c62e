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
import org.jspecify.annotations.Nullable;
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

  @Test
  void controllersThatDontKeepTheirTasksApartAreNamed() {
    var snapshot = Situation.ONE_UNKNOWN.snapshot();
    add(snapshot, "c5", "cgroup+pid-namespace", "c5");
    assertThat(findings(snapshot, "isolation")).isEmpty();

    add(snapshot, "c6", "subreaper", "c6");
    add(snapshot, "c7", "cgroup", "c7");

    assertThat(findings(snapshot, "isolation"))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.health()).isEqualTo(Health.WARNING);
          assertThat(finding.finding())
              .startsWith("at c6, c7 tasks are not kept apart")
              .contains("fake their results");
          assertThat(finding.advice()).contains("set containment to pid-namespace");
        });

    add(snapshot, "c8", "cgroup", "c8");
    add(snapshot, "c9", "cgroup", "c9");
    assertThat(findings(snapshot, "isolation"))
        .singleElement()
        .satisfies(finding ->
            assertThat(finding.finding()).startsWith("at c6, c7, c8 and 1 more tasks are not"));
  }

  @Test
  void controllersThatShareABrokerUserAreNamedAndThoseWithoutOne() {
    var snapshot = Situation.ONE_UNKNOWN.snapshot();
    assertThat(findings(snapshot, "users"))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.health()).isEqualTo(Health.GOOD);
          assertThat(finding.finding()).isEqualTo("1 controller has a broker user alone: c1");
        });

    add(snapshot, "c6", "pid-namespace", "fleet");
    add(snapshot, "c7", "pid-namespace", "fleet");
    add(snapshot, "c8", "pid-namespace", null);

    assertThat(findings(snapshot, "users"))
        .anySatisfy(finding -> {
          assertThat(finding.health()).isEqualTo(Health.WARNING);
          assertThat(finding.finding())
              .isEqualTo(
                  "c6, c7 share the broker user fleet: whoever has its password can confirm a kill"
                      + " in the name of each");
          assertThat(finding.advice()).contains("docs/permissions.md");
        })
        .anySatisfy(finding -> {
          assertThat(finding.health()).isEqualTo(Health.WARNING);
          assertThat(finding.finding()).startsWith("c8 publish without a user_id");
        })
        .anySatisfy(finding ->
            assertThat(finding.finding()).isEqualTo("1 controller has a broker user alone: c1"))
        .hasSize(3);
  }

  private static void add(
      Snapshot snapshot, String controller, String containment, @Nullable String user) {
    snapshot
        .roster()
        .add(
            Presence.builder(controller, "host")
                .pid(1)
                .software("0.1.0")
                .at(snapshot.at())
                .containment(containment)
                .build(),
            snapshot.at(),
            user);
  }

  private static List<Finding> findings(Snapshot snapshot, String check) {
    return new FleetCheck(snapshot)
        .findings().stream().filter(finding -> finding.check().equals(check)).toList();
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
