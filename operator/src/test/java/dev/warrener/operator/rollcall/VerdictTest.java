package dev.warrener.operator.rollcall;

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
import static dev.warrener.operator.rollcall.Said.unconfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.rollcall.Verdict.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictTest {
  static Stream<Arguments> verdicts() {
    return Stream.of(
        Arguments.of("everybody confirms", kill(Scope.ALL), allIsWell(), State.CONFIRMED),
        Arguments.of(
            "nothing was running in a known place",
            kill(Scope.ofQueue("mail")),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)),
            State.CONFIRMED),
        Arguments.of(
            "one is silent",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)),
            State.PARTIAL),
        Arguments.of(
            "one is live by the roster of another and does not answer",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 0, 0, live("web-4", -1)), done("web-1", 2, 0, 0)),
            State.PARTIAL),
        Arguments.of(
            "one has left in order",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 0, 0, left("web-4", -134)), done("web-1", 2, 0, 0)),
            State.CONFIRMED),
        Arguments.of(
            "one has heard and is not done",
            kill(Scope.ALL),
            List.of(heard("web-1", 1, 1, 0)),
            State.PARTIAL),
        Arguments.of(
            "a worker can't be proven dead",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 1),
                unconfirmed("web-1", 2, 1, "a"),
                done("web-1", 3, 0, 0, 0, List.of("worker web-1/1: 1 process still lives"))),
            State.FAILED),
        Arguments.of(
            "a worker is unconfirmed at first and proven later",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 0),
                unconfirmed("web-1", 2, 1, null),
                dead("web-1", 3, 1, null),
                done("web-1", 4, 1, 0)),
            State.CONFIRMED),
        Arguments.of(
            "proven, although an overtaken report says unconfirmed",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 0),
                dead("web-1", 3, 1, null),
                unconfirmed("web-1", 2, 1, null),
                done("web-1", 4, 1, 0)),
            State.CONFIRMED),
        Arguments.of(
            "a task could not be settled",
            kill(Scope.ALL),
            List.of(
                heard("web-1", 1, 1, 1),
                dead("web-1", 2, 1, "a"),
                done("web-1", 3, 1, 0, 0, List.of("task a: the broker is gone"))),
            State.FAILED),
        Arguments.of(
            "one refuses",
            kill(Scope.ALL),
            List.of(refused("web-1", "user x is no operator here")),
            State.FAILED),
        Arguments.of(
            "a silent one weighs more than a failed one",
            kill(Scope.ALL),
            List.of(heard("web-2", 1, 0, 0, silent("web-4", -134)), refused("web-1", "no")),
            State.PARTIAL),
        Arguments.of("nobody says anything", kill(Scope.ALL), List.of(), State.PARTIAL),
        Arguments.of(
            "a silent one that is out of scope doesn't matter",
            kill(ofController("web-1")),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)),
            State.CONFIRMED),
        Arguments.of(
            "the controller in scope is the silent one",
            kill(ofController("web-4")),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -134)), done("web-1", 2, 0, 0)),
            State.PARTIAL),
        Arguments.of(
            "no controller runs the task",
            kill(Scope.ofTask("a"), InFlight.DEAD_LETTER),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)),
            State.UNKNOWN_TARGET),
        Arguments.of(
            "one of two tasks runs",
            kill(tasks("a", "b"), InFlight.DEAD_LETTER),
            List.of(
                heard("web-1", 1, 1, 1),
                dead("web-1", 2, 1, "a"),
                settled("web-1", 3, "a", Fate.DEAD_LETTERED),
                done("web-1", 4, 1, 1)),
            State.UNKNOWN_TARGET),
        Arguments.of(
            "the task waited at a controller",
            kill(Scope.ofTask("a"), InFlight.DEAD_LETTER),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0, 1, List.of())),
            State.CONFIRMED),
        Arguments.of(
            "the batch runs",
            kill(Scope.ofBatch("thumbs"), InFlight.DEAD_LETTER),
            List.of(
                heard("web-1", 1, 1, 1),
                dead("web-1", 2, 1, "a"),
                settled("web-1", 3, "a", "thumbs", Fate.DEAD_LETTERED),
                done("web-1", 4, 1, 1)),
            State.CONFIRMED),
        Arguments.of(
            "no controller runs the batch, and one is silent: who knows",
            kill(Scope.ofBatch("thumbs"), InFlight.DEAD_LETTER),
            List.of(heard("web-1", 1, 0, 0, silent("web-4", -1)), done("web-1", 2, 0, 0)),
            State.PARTIAL),
        Arguments.of(
            "a hold on a batch that nobody has seen yet is no mistake",
            Said.order(OrderKind.HOLD, Scope.ofBatch("thumbs"), null, null, false),
            List.of(heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0)),
            State.CONFIRMED),
        Arguments.of(
            "somebody joins an order that is over: only the last word is said again",
            kill(Scope.ALL),
            List.of(done("web-1", 9, 4, 4)),
            State.CONFIRMED));
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
  void verdictIs(String story, Order order, List<Report> reports, State expected) {
    var verdict = call(order, reports).verdict(at(10));

    assertThat(verdict.state()).as(story).isEqualTo(expected);
    assertThat(verdict.sentences().isEmpty()).isEqualTo(expected == State.CONFIRMED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void verdictIsTheSameWithEveryReportTwice(
      String story, Order order, List<Report> reports, State expected) {
    var doubled = new ArrayList<>(reports);
    doubled.addAll(reports);

    assertThat(call(order, doubled).verdict(at(10)))
        .as(story)
        .isEqualTo(call(order, reports).verdict(at(10)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void verdictIsTheSameInAnyOrder(String story, Order order, List<Report> reports, State expected) {
    for (long seed = 1; seed <= 50; seed++) {
      var shuffled = new ArrayList<>(reports);
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(call(order, shuffled).verdict(at(10)).state())
          .as("%s, shuffled with seed %d", story, seed)
          .isEqualTo(expected);
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

    assertThat(verdict.state()).isEqualTo(State.PARTIAL);
    assertThat(verdict.sentences())
        .anyMatch(sentence -> sentence.startsWith("web-4 has not answered"))
        .anyMatch(sentence -> sentence.startsWith("web-1/1 (pid "));
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
  void theBrokersOwnCountOverrulesConfirmations() {
    var call = call(kill(Scope.ALL), allIsWell()).stillRunning(1);

    assertThat(call.verdict(at(1)).state()).isEqualTo(State.PARTIAL);
    assertThat(call.verdict(at(1)).sentences())
        .containsExactly("The broker counts 1 controller that still runs a worker process.");
  }

  private static Scope ofController(String id) {
    return new Scope(false, List.of(id), List.of(), List.of(), List.of(), List.of());
  }
}
