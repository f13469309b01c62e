package dev.warrener.ops.rollcall;

import static dev.warrener.ops.rollcall.Said.T0;
import static dev.warrener.ops.rollcall.Said.at;
import static dev.warrener.ops.rollcall.Said.dead;
import static dev.warrener.ops.rollcall.Said.done;
import static dev.warrener.ops.rollcall.Said.heard;
import static dev.warrener.ops.rollcall.Said.kill;
import static dev.warrener.ops.rollcall.Said.left;
import static dev.warrener.ops.rollcall.Said.live;
import static dev.warrener.ops.rollcall.Said.refused;
import static dev.warrener.ops.rollcall.Said.settled;
import static dev.warrener.ops.rollcall.Said.silent;
import static dev.warrener.ops.rollcall.Said.unconfirmed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.rollcall.RollCall.Deadlines;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RollCallTest {
  private static final Deadlines TEN_SECONDS = new Deadlines(T0, at(10), at(10));

  private static RollCall call(Order order, Report... reports) {
    return call(order, List.of(reports));
  }

  private static RollCall call(Order order, List<Report> reports) {
    var call = RollCall.open(order, TEN_SECONDS);
    for (var report : reports) {
      call = call.with(report, at(0.01));
    }
    return call;
  }

  /** Two controllers, each with two workers, of which one runs a task. */
  private static List<Report> allIsWell() {
    return List.of(
        heard("web-1", 1, 2, 1, live("web-2", -1)),
        heard("web-2", 1, 2, 1, live("web-1", -1)),
        dead("web-1", 2, 1, "a"),
        dead("web-1", 3, 2, null),
        dead("web-2", 2, 1, "b"),
        settled("web-1", 4, "a", Fate.REQUEUED),
        done("web-1", 5, 2, 1),
        dead("web-2", 3, 2, null),
        settled("web-2", 4, "b", Fate.REQUEUED),
        done("web-2", 5, 2, 1));
  }

  static Stream<Arguments> verdicts() {
    return Stream.of(
        Arguments.of("everybody confirms", kill(Scope.ALL), allIsWell(), ExitStatus.DONE),
        Arguments.of(
            "nothing was running in a known place",
            kill(Scope.ofQueue("mail")),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)),
            ExitStatus.DONE),
        Arguments.of(
            "one is silent",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)),
            ExitStatus.NO_ANSWER),
        Arguments.of(
            "one is live by the roster of another and does not answer",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 0, 0, live("web-4", -1)), done("web-1", 2, 0, 0)),
            ExitStatus.NO_ANSWER),
        Arguments.of(
            "one has left in order",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 0, 0, left("web-4", -134)), done("web-1", 2, 0, 0)),
            ExitStatus.DONE),
        Arguments.of(
            "one has heard and is not done",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 1, 0)),
            ExitStatus.NO_ANSWER),
        Arguments.of(
            "a worker can't be proven dead",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 1),
                unconfirmed("web-1", 2, 1, "a"),
                done("web-1", 3, 0, 0, 0, List.of("worker web-1/1: 1 process still lives"))),
            ExitStatus.FAILED),
        Arguments.of(
            "a worker is unconfirmed at first and proven later",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 0),
                unconfirmed("web-1", 2, 1, null),
                dead("web-1", 3, 1, null),
                done("web-1", 4, 1, 0)),
            ExitStatus.DONE),
        Arguments.of(
            "proven, although an overtaken report says unconfirmed",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 0),
                dead("web-1", 3, 1, null),
                unconfirmed("web-1", 2, 1, null),
                done("web-1", 4, 1, 0)),
            ExitStatus.DONE),
        Arguments.of(
            "a task could not be settled",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 1),
                dead("web-1", 2, 1, "a"),
                done("web-1", 3, 1, 0, 0, List.of("task a: the broker is gone"))),
            ExitStatus.FAILED),
        Arguments.of(
            "one refuses",
            kill(Scope.ALL),
            List.of(refused("web-1", "user x is no operator here")),
            ExitStatus.FAILED),
        Arguments.of(
            "a silent one weighs more than a failed one",
            kill(Scope.ALL),
            List.of(heard("web-2", 1, 0, 0, silent("web-4", -134)), refused("web-1", "no")),
            ExitStatus.NO_ANSWER),
        Arguments.of("nobody says anything", kill(Scope.ALL), List.of(), ExitStatus.NO_ANSWER),
        Arguments.of(
            "a silent one that is out of scope doesn't matter",
            kill(ofController("web-1")),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)),
            ExitStatus.DONE),
        Arguments.of(
            "the controller in scope is the silent one",
            kill(ofController("web-4")),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)),
            ExitStatus.NO_ANSWER),
        Arguments.of(
            "no controller runs the task",
            kill(Scope.ofTask("a"), InFlight.DEAD_LETTER),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)),
            ExitStatus.UNKNOWN_TARGET),
        Arguments.of(
            "one of two tasks runs",
            kill(tasks("a", "b"), InFlight.DEAD_LETTER),
            List.of(
                heard("web-1", 1, 1, 1),
                dead("web-1", 2, 1, "a"),
                settled("web-1", 3, "a", Fate.DEAD_LETTERED),
                done("web-1", 4, 1, 1)),
            ExitStatus.UNKNOWN_TARGET),
        Arguments.of(
            "the task waited at a controller",
            kill(Scope.ofTask("a"), InFlight.DEAD_LETTER),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0, 1, List.of())),
            ExitStatus.DONE),
        Arguments.of(
            "the batch runs",
            kill(Scope.ofBatch("thumbs"), InFlight.DEAD_LETTER),
            List.of(
                heard("web-1", 1, 1, 1),
                dead("web-1", 2, 1, "a"),
                settled("web-1", 3, "a", "thumbs", Fate.DEAD_LETTERED),
                done("web-1", 4, 1, 1)),
            ExitStatus.DONE),
        Arguments.of(
            "no controller runs the batch, and one is silent: who knows",
            kill(Scope.ofBatch("thumbs"), InFlight.DEAD_LETTER),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -1)), done("web-1", 2, 0, 0)),
            ExitStatus.NO_ANSWER),
        Arguments.of(
            "a hold on a batch that nobody has seen yet is no mistake",
            Said.order(OrderKind.HOLD, Scope.ofBatch("thumbs"), null, null, false),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)),
            ExitStatus.DONE),
        Arguments.of(
            "somebody joins an order that is over: only the last word is said again",
            kill(Scope.ALL),
            List.of(done("web-1", 9, 4, 4)),
            ExitStatus.DONE));
  }

  private static Scope ofController(String id) {
    return new Scope(false, List.of(id), List.of(), List.of(), List.of(), List.of());
  }

  private static Scope tasks(String... ids) {
    return new Scope(
        false,
        List.of(),
        List.of(),
        List.of(),
        Stream.of(ids).map(id -> new TaskTarget(id, null)).toList(),
        List.of());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void verdictIs(String story, Order order, List<Report> reports, ExitStatus expected) {
    var verdict = call(order, reports).verdict(at(10));

    assertThat(verdict.status()).as(story).isEqualTo(expected);
    assertThat(verdict.sentences().isEmpty()).isEqualTo(expected == ExitStatus.DONE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void verdictIsTheSameWithEveryReportTwice(
      String story, Order order, List<Report> reports, ExitStatus expected) {
    var doubled = new ArrayList<>(reports);
    doubled.addAll(reports);

    assertThat(call(order, doubled).verdict(at(10)))
        .as(story)
        .isEqualTo(call(order, reports).verdict(at(10)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void verdictIsTheSameInAnyOrder(
      String story, Order order, List<Report> reports, ExitStatus expected) {
    for (long seed = 1; seed <= 50; seed++) {
      var shuffled = new ArrayList<>(reports);
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(call(order, shuffled).verdict(at(10)).status())
          .as("%s, shuffled with seed %d", story, seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void isOverOnlyWhenTheLastHasConfirmed() {
    var reports = allIsWell();
    var call = call(kill(Scope.ALL), reports.subList(0, reports.size() - 1)).armed(2);

    assertThat(call.isOver(at(0.02))).isFalse();
    assertThat(call.with(reports.getLast(), at(0.02)).isOver(at(0.02))).isTrue();
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
    assertThat(call.verdict(at(10)).status()).isEqualTo(ExitStatus.NO_ANSWER);
    assertThat(call.verdict(at(10)).sentences().getFirst())
        .isEqualTo(
            "The broker counts 2 more controllers that nobody knows by name and that said"
                + " nothing.");
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
    assertThat(call.verdict(at(10)).status()).isEqualTo(ExitStatus.NO_ANSWER);

    var later =
        call.with(heard("web-4", 1, 1, 0), at(20))
            .with(dead("web-4", 2, 1, null), at(20))
            .with(done("web-4", 3, 1, 0), at(20));

    assertThat(later.verdict(at(20)).status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void aControllerThatStartsAnewCountsFromOneAgainAndLosesNothing() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 2, 1),
            dead("web-1", 2, 1, "a"),
            heard("web-1", 1, 0, 0, live("web-2", -1)),
            done("web-1", 2, 0, 0),
            heard("web-2", 1, 0, 0),
            done("web-2", 2, 0, 0));

    assertThat(call.verdict(at(1)).status()).isEqualTo(ExitStatus.DONE);
    assertThat(row(call, "web-1").certificates()).hasSize(1);
    assertThat(row(call, "web-1").expected().workers()).isEqualTo(2);
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

    assertThat(row(call, "web-1").standing()).isEqualTo(Standing.FAILED);
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

    assertThat(row(call, "web-1").standing()).isEqualTo(Standing.DONE);
    assertThat(call.verdict(at(1)).status()).isEqualTo(ExitStatus.DONE);
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
  void silenceOutweighsFailureAndBothAreNamed() {
    var verdict =
        call(
                kill(Scope.ALL),
                heard("web-1", 1, 1, 1, silent("web-4", -134)),
                unconfirmed("web-1", 2, 1, "a"),
                done("web-1", 3, 0, 0, 0, List.of("worker web-1/1: 1 process still lives")))
            .verdict(at(11));

    assertThat(verdict.status()).isEqualTo(ExitStatus.NO_ANSWER);
    assertThat(verdict.sentences())
        .anyMatch(sentence -> sentence.startsWith("web-4 has not answered"))
        .anyMatch(sentence -> sentence.startsWith("web-1/1 (pid "));
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
        .extracting(Row::controller)
        .containsExactly("web-7", "web-3", "web-1", "web-2");
  }

  @Test
  void silenceSaysSinceWhenAndUntilWhenTheLeaseRuns() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 0, 0, silent("web-4", -134)),
            done("web-1", 2, 0, 0));

    assertThat(call.verdict(at(10)).sentences())
        .containsExactly(
            "web-4 has not answered; it was last seen 2m24s ago: if it has lost the broker, its"
                + " lease had ended its workers by 03:10:08Z; that is not confirmed.");

    var fresh =
        call(kill(Scope.ALL), heard("web-1", 1, 0, 0, live("web-4", -1)), done("web-1", 2, 0, 0));
    assertThat(fresh.verdict(at(10)).sentences())
        .containsExactly(
            "web-4 has not answered; it was last seen 11s ago: its workers may still run; if it has"
                + " lost the broker, its lease ends them by 03:12:21Z.");
  }

  @Test
  void theNewestAccountOfAControllerCounts() {
    var call =
        call(
            kill(Scope.ALL),
            heard("web-1", 1, 0, 0, live("web-4", -20)),
            heard("web-2", 1, 0, 0, left("web-4", -3)),
            done("web-1", 2, 0, 0),
            done("web-2", 2, 0, 0));

    assertThat(call.verdict(at(1)).status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void whoIsOnlyAskedHasAnsweredWhenItWasHeard() {
    var question = Said.order(OrderKind.KILL, Scope.ALL, InFlight.REQUEUE, Then.HOLD, true);
    var call = call(question, heard("web-1", 1, 2, 1));

    assertThat(call.isOver(at(0.02))).isTrue();
    assertThat(call.verdict(at(0.02)).status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void theBrokersOwnCountOverrulesConfirmations() {
    var call = call(kill(Scope.ALL), allIsWell()).stillRunning(1);

    assertThat(call.verdict(at(1)).status()).isEqualTo(ExitStatus.NO_ANSWER);
    assertThat(call.verdict(at(1)).sentences())
        .containsExactly("The broker counts 1 controller that still runs a worker process.");
  }

  @Test
  void whoWasHeardMayTakeLongerThanWhoWasNot() {
    var drain = Said.order(OrderKind.DRAIN, Scope.ALL, null, null, false);
    var deadlines = new Deadlines(T0, at(10), at(600));
    var atIt = RollCall.open(drain, deadlines).with(heard("web-1", 1, 1, 1), at(0.01));

    assertThat(atIt.isOver(at(30))).isFalse();
    assertThat(atIt.with(done("web-1", 2, 1, 1), at(40)).isOver(at(40))).isTrue();
    assertThat(atIt.knowing(List.of(Known.of(silent("web-4", -134)))).isOver(at(30)))
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

  private static Row row(RollCall call, String controller) {
    return call.rows().stream()
        .filter(row -> row.controller().equals(controller))
        .findFirst()
        .orElseThrow();
  }
}
