package dev.warrener.operator.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.connection.FleetConnection.Heard;
import dev.warrener.operator.connection.ScriptedConnection;
import dev.warrener.operator.connection.ScriptedFleet;
import dev.warrener.operator.rollcall.KnownController;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A question to the fleet: how long it waits, and what it learns from whatever arrives. */
class QuestionTest {
  private static final Instant T0 = ScriptedFleet.T0;

  private ScriptedConnection connection =
      new ScriptedConnection(T0, order -> List.of()).counting(3);
  private final Order question = OrderFactory.rollCall("ana", T0);

  private OrderCall ask() throws InterruptedException {
    var call = new OrderCall(connection, connection);
    call.ask(question);
    return call;
  }

  private Duration waited() {
    return Duration.between(T0, connection.instant());
  }

  @Test
  void waitsForTheNextAnswerAsLongAsForTheFirst() throws InterruptedException {
    for (var id : List.of("web-1", "web-2", "web-3")) {
      connection.later(Duration.ofMillis(1800), report(heard(id, T0, List.of())));
    }

    assertThat(ask().roster().presences().keySet()).containsExactly("web-1", "web-2", "web-3");
  }

  @Test
  void waitsTwoSecondsForTheFirstAnswerAndTenAtMost() throws InterruptedException {
    ask();
    assertThat(waited()).isBetween(Duration.ofMillis(1900), Duration.ofMillis(2200));

    connection = new ScriptedConnection(T0, order -> List.of()).counting(99);
    for (int number = 0; number < 20; number++) {
      connection.later(Duration.ofSeconds(1), report(heard("web-" + number, T0, List.of())));
    }
    ask();
    assertThat(waited()).isBetween(Duration.ofSeconds(9), Duration.ofMillis(10_200));
  }

  @Test
  void presenceThatArrivesMeanwhileIsAnAnswerForWhoeverOnlyLooks() throws InterruptedException {
    connection.later(Duration.ofSeconds(1), new Heard.OfPresence(presence("web-1", T0), T0, null));

    var roster = ask().roster();

    assertThat(roster.presences()).isEmpty();
    assertThat(roster.silent()).extracting(KnownController::id).containsExactly("web-1");
    assertThat(roster.believePresence()).containsExactly("web-1");
    assertThat(roster.presences()).containsOnlyKeys("web-1");
    assertThat(roster.silent()).isEmpty();
  }

  @Test
  void controllerWhosePresencesStopIsSilentAgain() throws InterruptedException {
    connection.later(Duration.ofMillis(1), report(heard("web-1", T0, List.of())));
    var roster = ask().roster();

    roster.expire(T0.minusSeconds(1));
    assertThat(roster.presences()).containsOnlyKeys("web-1");

    roster.expire(T0.plusSeconds(7));
    assertThat(roster.presences()).isEmpty();
    assertThat(roster.silent()).extracting(KnownController::id).containsExactly("web-1");
  }

  @Test
  void refusalNamesTheControllerAndShowsItsClock() throws InterruptedException {
    connection.later(
        Duration.ofMillis(10),
        report(
            new Report.ControllerRefused(
                1, question.id(), "web-1", "host", T0.plusSeconds(300), 1, "it expired")));

    var roster = ask().roster();

    assertThat(roster.refusals()).containsEntry("web-1", "it expired");
    assertThat(roster.silent()).extracting(KnownController::id).containsExactly("web-1");
    assertThat(roster.clocks().get("web-1"))
        .isBetween(Duration.ofSeconds(299), Duration.ofSeconds(300));
  }

  @Test
  void clockOfWhoeverTellsOfAnotherMakesNobodyAGhost() throws InterruptedException {
    var behind = T0.minus(Duration.ofHours(2));
    var other =
        new RosterEntry("web-2", "host", behind.minusSeconds(9), RosterState.SILENT, 15_000L);
    connection.later(Duration.ofMillis(10), report(heard("web-1", behind, List.of(other))));

    var roster = ask().roster();

    assertThat(roster.ghosts()).isEmpty();
    assertThat(roster.silent())
        .singleElement()
        .satisfies(known ->
            assertThat(known.lastSeen()).isBetween(T0.minusSeconds(10), T0.minusSeconds(8)));
  }

  private static Heard report(Report report) {
    return new Heard.OfReport(report, T0);
  }

  private Report heard(String id, Instant at, List<RosterEntry> others) {
    return new Report.ControllerHeard(
        1,
        question.id(),
        id,
        "host",
        at,
        1,
        new Report.Expected(0, 0, 0, 0, null),
        others,
        presence(id, at),
        null);
  }

  private static Presence presence(String id, Instant at) {
    return Presence.builder(id, "host")
        .pid(1)
        .software("0.1.0")
        .at(at)
        .state(ControllerState.RUNNING)
        .containment("cgroup")
        .build();
  }
}
