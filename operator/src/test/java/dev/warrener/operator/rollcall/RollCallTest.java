package dev.warrener.operator.rollcall;

import static dev.warrener.operator.rollcall.Said.T0;
import static dev.warrener.operator.rollcall.Said.TEN_SECONDS;
import static dev.warrener.operator.rollcall.Said.allIsWell;
import static dev.warrener.operator.rollcall.Said.at;
import static dev.warrener.operator.rollcall.Said.call;
import static dev.warrener.operator.rollcall.Said.dead;
import static dev.warrener.operator.rollcall.Said.done;
import static dev.warrener.operator.rollcall.Said.heard;
import static dev.warrener.operator.rollcall.Said.kill;
import static dev.warrener.operator.rollcall.Said.left;
import static dev.warrener.operator.rollcall.Said.live;
import static dev.warrener.operator.rollcall.Said.refused;
import static dev.warrener.operator.rollcall.Said.settled;
import static dev.warrener.operator.rollcall.Said.silent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.RollCall.Deadlines;
import dev.warrener.operator.rollcall.Verdict.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollCallTest {
  private static final Order QUESTION =
      Said.order(OrderKind.KILL, Scope.ALL, InFlight.REQUEUE, Then.HOLD, true);

  @Test
  void isOverOnlyWhenTheLastHasConfirmed() {
    var reports = allIsWell();
    var call = call(kill(Scope.ALL), reports.subList(0, reports.size() - 1)).armed(2);

    assertThat(call.isOver(at(0.02))).isFalse();
    assertThat(call.with(reports.get(reports.size() - 1), at(0.02)).isOver(at(0.02))).isTrue();
  }

  @Test
  void isNotOverBeforeAnybodyHasAnswered() {
    assertThat(RollCall.open(kill(Scope.ALL), TEN_SECONDS).isOver(at(9.9))).isFalse();
    assertThat(RollCall.open(kill(Scope.ALL), TEN_SECONDS).isOver(at(10))).isTrue();
  }

  @Test
  void waitsForThoseThatAreBetweenTwoConnectionsWhenTheLogHasTheOrder() {
    var call = RollCall.open(kill(Scope.ALL), TEN_SECONDS).nobodyListens(true);

    assertThat(call.isOver(at(2.9))).isFalse();
    assertThat(call.isOver(at(3))).isTrue();
  }

  @Test
  void isOverAtOnceWhenNobodyListensAndNobodyWillHear() {
    var call = RollCall.open(kill(Scope.ALL), TEN_SECONDS).nobodyListens(false);

    assertThat(call.isOver(at(0.01))).isTrue();
    assertThat(call.verdict(at(0.01)).sentences())
        .containsExactly("No controller is listening on this broker.");
  }

  @Test
  void waitsForThoseThatOnlyTheBrokerCounts() {
    var call = call(kill(Scope.ALL), heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)).armed(3);

    assertThat(call.isOver(at(1))).isFalse();
    assertThat(call.unnamed()).isEqualTo(2);
    assertThat(call.verdict(at(10)).state()).isEqualTo(State.PARTIAL);
    assertThat(call.verdict(at(10)).sentences().get(0))
        .isEqualTo("The broker counts 2 more controllers, unknown by name, that did not answer.");
  }

  @Test
  void waitsForReportsThatTheLastOneHasOvertaken() {
    var call = call(kill(Scope.ALL), heard("web-1", 1, 1, 0), done("web-1", 3, 1, 0));

    assertThat(call.isOver(at(0.1))).isFalse();
    assertThat(call.with(dead("web-1", 2, 1, null), at(0.1)).isOver(at(0.1))).isTrue();
    assertThat(call.isOver(at(0.6))).as("but not for long").isTrue();
  }

  @Test
  void lateAnswerTurnsSilenceIntoConfirmation() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 0, 0, silent("web-4", -134)),
            done("web-1", 2, 0, 0));
    assertThat(call.verdict(at(10)).state()).isEqualTo(State.PARTIAL);

    var later =
        call.with(heard("web-4", 1, 1, 0), at(20))
            .with(dead("web-4", 2, 1, null), at(20))
            .with(done("web-4", 3, 1, 0), at(20));

    assertThat(later.verdict(at(20)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void controllerThatStartsAnewInTheMiddleOfAKillNeverConfirmsLessThanWasExpected() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 2, 1),
            dead("web-1", 2, 1, "a"),
            heard("web-1", 1, 0, 0, live("web-2", -1)),
            done("web-1", 2, 0, 0),
            heard("web-2", 1, 0, 0),
            done("web-2", 2, 0, 0));

    assertThat(call.verdict(at(1)).state()).isEqualTo(State.FAILED);
    assertThat(call.verdict(at(1)).sentences())
        .singleElement()
        .asString()
        .startsWith("web-1: it was started again in the middle of the order")
        .contains("of 2 workers 1 are certified dead, of 1 task 0 have a fate", "a new id");
    assertThat(row(call, "web-1").certificates()).hasSize(1);
    assertThat(row(call, "web-1").expected().workers()).isEqualTo(2);
  }

  @Test
  void controllerThatStartsAnewAndHadAccountedForEverythingConfirms() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 1, 1),
            dead("web-1", 2, 1, "a"),
            settled("web-1", 3, "a", Fate.REQUEUED),
            heard("web-1", 1, 0, 0),
            done("web-1", 2, 0, 0));

    assertThat(call.verdict(at(1)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void controllerThatCarriesOnWhatItsFormerRunHadBegunIsBelieved() {
    var last =
        new Report.Header(Said.ORDER, "web-1", "host-of-web-1", at(3), 3)
            .done(ControllerState.HELD)
            .tasks(1)
            .carriedOn(true)
            .build();
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 2, 2),
            heard("web-1", 1, 2, 2, live("web-2", -1)),
            settled("web-1", 2, "a", Fate.REQUEUED),
            last,
            heard("web-2", 1, 0, 0),
            done("web-2", 2, 0, 0));

    assertThat(call.verdict(at(4)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void controllerThatStartsAnewAfterItWasDoneHasNothingToAccountFor() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 1, 1),
            dead("web-1", 2, 1, "a"),
            done("web-1", 3, 1, 0),
            heard("web-1", 1, 0, 0),
            done("web-1", 2, 0, 0));

    assertThat(call.verdict(at(1)).state())
        .as("its task had ended by itself")
        .isEqualTo(State.CONFIRMED);
  }

  @Test
  void drainThatAControllerGoesOnWithAfterItsRestartKillsNothingAndIsConfirmed() {
    var drain = Said.order(OrderKind.DRAIN, Scope.ALL, null, null, false);
    var call =
        call(
            drain,
            heard("web-1", 1, 2, 1),
            heard("web-1", 1, 0, 0, live("web-2", -1)),
            done("web-1", 2, 0, 0),
            heard("web-2", 1, 0, 0),
            done("web-2", 2, 0, 0));

    assertThat(call.verdict(at(1)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void thoseWhoHaveLeftDoNotHideWhoIsConnectedAndSilent() {
    var call =
        call(kill(Scope.ALL), heard("web-1", 1, 0, 0, left("web-0", -500)), done("web-1", 2, 0, 0))
            .armed(2);

    assertThat(call.unnamed()).isEqualTo(1);
    assertThat(call.verdict(at(4)).state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void finalStandingStays() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 1, 0),
            done("web-1", 2, 0, 0, 0, List.of("task a: the broker is gone")),
            done("web-1", 3, 1, 0),
            refused("web-1", "no"));

    assertThat(row(call, "web-1").answerState()).isEqualTo(AnswerState.FAILED);
  }

  @Test
  void refusalByAControllerThatHasBegunIsAboutSomethingElse() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 1, 0),
            refused("web-1", "user eve is no operator here"),
            dead("web-1", 2, 1, null),
            done("web-1", 3, 1, 0));

    assertThat(row(call, "web-1").answerState()).isEqualTo(AnswerState.DONE);
    assertThat(call.verdict(at(1)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void whoJoinsLaterSeesTheSameCertificatesAndComesToTheSameVerdict() {
    var first = call(kill(Scope.ALL), allIsWell().toArray(Report[]::new));

    var second = RollCall.open(kill(Scope.ALL), new Deadlines(at(60), at(70), at(70)));
    for (var report : allIsWell()) {
      second = second.with(report, at(60.1));
    }

    assertThat(second.isOver(at(60.1))).isTrue();
    assertThat(second.verdict(at(60.1))).isEqualTo(first.verdict(at(1)));
    for (var row : first.rows()) {
      assertThat(row(second, row.controller()).certificates()).isEqualTo(row.certificates());
      assertThat(row(second, row.controller()).took()).isEqualTo(row.took());
    }
  }

  @Test
  void reportsOfOtherOrdersChangeNothing() {
    var order = kill(Scope.ALL);
    var other =
        new Report.ControllerRefused(1, "another", "web-9", "host", T0, 1, "somebody else's");

    assertThat(call(order, other).rows()).isEmpty();
  }

  @Test
  void missingOnesComeFirst() {
    var reports = new ArrayList<>(allIsWell());
    reports.set(0, heard("web-1", 1, 2, 1, silent("web-7", -50), live("web-2", -1)));
    reports.add(heard("web-3", 1, 1, 1));

    assertThat(call(kill(Scope.ALL), reports).rows())
        .extracting(ControllerAnswer::controller)
        .containsExactly("web-7", "web-3", "web-1", "web-2");
  }

  @Test
  void controllerThatOneRosterAccountsForIsWaitedForThoughAnotherSaysThatItHasLeft() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 0, 0, live("web-4", -20)),
            heard("web-2", 1, 0, 0, left("web-4", -3)),
            done("web-1", 2, 0, 0),
            done("web-2", 2, 0, 0));

    assertThat(call.verdict(at(1)).state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void whoIsOnlyAskedHasAnsweredWhenItWasHeard() {
    var call =
        call(
            QUESTION,
            heard("web-1", 1, 2, 1)
                .with(List.of(), Said.presence("web-1", ControllerState.RUNNING)));

    assertThat(call.isOver(at(0.02))).isTrue();
    assertThat(call.verdict(at(0.02)).state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void answerThatShowsNoPresenceDoesNotEndAQuestion() {
    var call = call(QUESTION, heard("web-1", 1, 2, 1));

    assertThat(call.isOver(at(0.02))).isFalse();
    assertThat(call.isOver(at(10))).isTrue();
  }

  @Test
  void whoWasHeardMayTakeLongerThanWhoWasNot() {
    var drain = Said.order(OrderKind.DRAIN, Scope.ALL, null, null, false);
    var deadlines = new Deadlines(T0, at(10), at(600));
    var atIt = RollCall.open(drain, deadlines).with(heard("web-1", 1, 1, 1), at(0.01));

    assertThat(atIt.isOver(at(30))).isFalse();
    assertThat(atIt.with(done("web-1", 2, 1, 1), at(40)).isOver(at(40))).isTrue();
    assertThat(
            atIt.knowing(
                    List.of(
                        new KnownController(
                            "web-4", "host", at(-134), RosterState.SILENT, Duration.ofSeconds(15))))
                .isOver(at(30)))
        .as("the silent one does not end it while another is at it")
        .isFalse();
    assertThat(atIt.isOver(at(600))).isTrue();
  }

  @Test
  void deadlinesMustBeInOrder() {
    assertThatThrownBy(() -> new Deadlines(T0, at(-1), at(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Deadlines(T0, at(2), at(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ControllerAnswer row(RollCall call, String controller) {
    return call.rows().stream()
        .filter(row -> row.controller().equals(controller))
        .findFirst()
        .orElseThrow();
  }
}
