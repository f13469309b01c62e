package dev.warrener.operator.rollcall;

import static dev.warrener.operator.rollcall.Said.T0;
import static dev.warrener.operator.rollcall.Said.TEN_SECONDS;
import static dev.warrener.operator.rollcall.Said.at;
import static dev.warrener.operator.rollcall.Said.dead;
import static dev.warrener.operator.rollcall.Said.done;
import static dev.warrener.operator.rollcall.Said.heard;
import static dev.warrener.operator.rollcall.Said.kill;
import static dev.warrener.operator.rollcall.Said.live;
import static dev.warrener.operator.rollcall.Said.presence;
import static dev.warrener.operator.rollcall.Said.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.rollcall.Verdict.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose word counts: a controller is the broker user that publishes its presence. */
class RollCallUsersTest {
  private RollCall call = RollCall.open(kill(Scope.ALL), TEN_SECONDS);

  @Test
  void controllerThatReportsAsTheUserOfItsPresenceIsBelieved() {
    present("web-1", "controller-web-1");
    say("controller-web-1", heard("web-1", 1, 1, 0), dead("web-1", 2, 1, null));
    say("controller-web-1", done("web-1", 3, 1, 0));

    assertThat(call.isOver(at(1))).isTrue();
    assertThat(state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void certificateThatAnotherUserForgesIsNotBelievedAndItsUserIsNamed() {
    present("web-1", "controller-web-1");
    say("controller-web-2", heard("web-1", 1, 1, 0), dead("web-1", 2, 1, null));
    say("controller-web-2", done("web-1", 3, 1, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
    assertThat(call.rows())
        .singleElement()
        .returns(AnswerState.SILENT, ControllerAnswer::answerState);
    assertThat(call.verdict(at(10)).sentences())
        .singleElement()
        .asString()
        .contains(
            "web-1 has not answered (reports about it by user controller-web-2, who is not web-1, were"
                + " ignored)");
  }

  @Test
  void forgedCertificateWithoutAUserIsNotBelieved() {
    present("web-1", "controller-web-1");
    say(null, heard("web-1", 1, 1, 0), done("web-1", 2, 1, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void forgedReportsDoNotKeepAKillFromBeingConfirmed() {
    present("web-1", "controller-web-1");
    say("evil", done("web-1", 1, 0, 0, 0, List.of("nothing works")));
    say("controller-web-1", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.CONFIRMED);
    assertThat(call.rows())
        .singleElement()
        .extracting(ControllerAnswer::disbelieved)
        .isEqualTo(List.of("evil"));
  }

  @Test
  void twoUsersThatAreOneControllerContestItAndNeitherIsBelieved() {
    present("web-1", "controller-web-1");
    present("web-1", "evil");
    say("controller-web-1", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));
    say("evil", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
    assertThat(call.verdict(at(10)).sentences())
        .singleElement()
        .asString()
        .startsWith("user controller-web-1 and user evil claim to be controller web-1");
  }

  @Test
  void userWhoIsUnknownToTheRosterOfTheOthersContestsTheControllerThatItIs() {
    present("web-2", "controller-web-2");
    say(
        "controller-web-2",
        heard("web-2", 1, 0, 0, listed("web-1", "controller-web-1")),
        done("web-2", 2, 0, 0));
    present("web-1", "evil");
    say("evil", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void rosterOfTheOthersTellsWhoASilentControllerIs() {
    say(
        "controller-web-2",
        heard("web-2", 1, 0, 0, listed("web-1", "controller-web-1")),
        done("web-2", 2, 0, 0));
    say("controller-web-2", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void twoUsersWhoReportAsOneControllerThatNobodyKnowsContestIt() {
    say("controller-web-1", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));
    say("evil", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void controllerOfAnEarlierReleaseCountsWhereNobodyElseClaimsIt() {
    present("web-1", null);
    say(null, heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void controllerOfAnEarlierReleaseThatAUserClaimsIsContested() {
    present("web-1", null);
    present("web-1", "evil");
    say(null, heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void controllersThatShareAUserAreBelievedAsBefore() {
    for (var id : List.of("web-1", "web-2")) {
      present(id, "controller");
      var other = id.equals("web-1") ? "web-2" : "web-1";
      say("controller", heard(id, 1, 0, 0, live(other, -1)), done(id, 2, 0, 0));
    }

    assertThat(state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void rosterOfAnotherUserHidesNobodyThatARosterAccountsFor() {
    for (var lie :
        List.of(
            Said.left("web-1", 3600),
            silent("web-1", -3601),
            new RosterEntry("web-1", "h", at(3600), RosterState.LEFT, 1L, List.of("evil")))) {
      for (boolean isFirst : new boolean[] {true, false}) {
        call = RollCall.open(kill(Scope.ALL), TEN_SECONDS);
        if (isFirst) {
          say("evil", heard("web-3", 1, 0, 0, lie), done("web-3", 2, 0, 0));
        }
        say(
            "controller-web-2",
            heard("web-2", 1, 0, 0, listed("web-1", "controller-web-1")),
            done("web-2", 2, 0, 0));
        if (!isFirst) {
          say("evil", heard("web-3", 1, 0, 0, lie), done("web-3", 2, 0, 0));
        }

        assertThat(state()).as("%s, first: %s", lie, isFirst).isEqualTo(State.PARTIAL);
        assertThat(call.verdict(at(10)).sentences())
            .singleElement()
            .asString()
            .startsWith("web-1 has not answered");
      }
    }
  }

  @Test
  void rosterOfTheSameUserHidesNobodyEither() {
    say("shared", heard("web-2", 1, 0, 0, listed("web-1", "own")), done("web-2", 2, 0, 0));
    say("shared", heard("web-3", 1, 0, 0, Said.left("web-1", 3600)), done("web-3", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void rosterHidesNobodyWhosePresenceWasReceived() {
    present("web-1", "controller-web-1");
    say("evil", heard("web-3", 1, 0, 0, Said.left("web-1", 3600)), done("web-3", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void whoOmitsAControllerThatTheOrderNamesDoesNotEndTheWaitingForIt() {
    var scope = new Scope(false, List.of("web-1"), List.of(), List.of(), List.of(), List.of());
    call = RollCall.open(kill(scope), TEN_SECONDS).armed(2);
    say("evil", heard("web-3", 1, 0, 0), done("web-3", 2, 0, 0));

    assertThat(call.isOver(at(9))).isFalse();
    assertThat(call.isOver(at(10))).isTrue();
  }

  @Test
  void countThatIsKnownToBeWrongConfirmsNothing() {
    say("evil", heard("web-3", 1, 0, 0), done("web-3", 2, 0, 0));
    assertThat(state()).isEqualTo(State.CONFIRMED);

    call = call.miscounted(List.of("somebody else has made the queue warrener.armed"));

    assertThat(state()).isEqualTo(State.PARTIAL);
    assertThat(call.isOver(at(1))).isTrue();
    assertThat(call.verdict(at(10)).sentences())
        .singleElement()
        .asString()
        .contains("count of controllers is wrong or missing", "the queue warrener.armed");
  }

  @Test
  void controllerThatHasReceivedItsOwnIdFromAnotherProgramConfirmsNothing() {
    say("shared", heard("web-1", 1, 0, 0, live("web-1", -1)), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
    assertThat(call.verdict(at(10)).sentences())
        .singleElement()
        .asString()
        .startsWith("Two programs are controller web-1 (both on host host-of-web-1)");
  }

  @Test
  void twinThatHasLeftOrIsLongGoneContestsNothing() {
    say("shared", heard("web-1", 1, 0, 0, Said.left("web-1", -1)), done("web-1", 2, 0, 0));
    say("shared", heard("web-2", 1, 0, 0, silent("web-2", -601)), done("web-2", 2, 0, 0));

    assertThat(state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void goodbyeOfAnotherUserIsNotBelieved() {
    say(
        "controller-web-2",
        heard("web-2", 1, 0, 0, listed("web-1", "controller-web-1")),
        done("web-2", 2, 0, 0));
    leave("web-1", "evil");

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void controllerThatLeavesIsNotWaitedForThoughARosterHasNotHeardOfIt() {
    say(
        "controller-web-2",
        heard("web-2", 1, 0, 0, listed("web-1", "controller-web-1")),
        done("web-2", 2, 0, 0));
    leave("web-1", "controller-web-1");

    assertThat(state()).isEqualTo(State.CONFIRMED);
    assertThat(call.isOver(at(1))).isTrue();
  }

  @Test
  void controllerThatHasLeftMayComeBackAsAnotherUser() {
    leave("web-1", "controller");
    present("web-1", "controller-web-1");
    say("controller-web-1", heard("web-1", 1, 0, 0), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.CONFIRMED);
  }

  @Test
  void ghostIsNotWaitedForForEverAndIsTold() {
    say(null, heard("web-1", 1, 0, 0, silent("ghost", -3601)), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.CONFIRMED);
    assertThat(call.ghosts()).extracting(KnownController::id).containsExactly("ghost");
  }

  @Test
  void controllerThatIsSilentForLessThanAnHourIsNoGhost() {
    say(null, heard("web-1", 1, 0, 0, silent("web-4", -3590)), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
    assertThat(call.ghosts()).isEmpty();
  }

  @Test
  void controllerWhoseRunsNothingBoundsIsNoGhostForADay() {
    var entry = new RosterEntry("web-4", "h", at(-80_000), RosterState.SILENT, 0L);
    say(null, heard("web-1", 1, 0, 0, entry), done("web-1", 2, 0, 0));

    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  @Test
  void ghostsAndThoseThatHaveLeftDoNotHideWhoIsConnectedAndSilent() {
    call = call.armed(2);
    say(
        null,
        heard("web-1", 1, 0, 0, silent("ghost", -3601), Said.left("web-0", -500)),
        done("web-1", 2, 0, 0));

    assertThat(call.unnamed()).isEqualTo(1);
    assertThat(state()).isEqualTo(State.PARTIAL);
  }

  private State state() {
    return call.verdict(at(10)).state();
  }

  private void present(String id, @Nullable String user) {
    publish(id, user, ControllerState.RUNNING);
  }

  private void leave(String id, @Nullable String user) {
    publish(id, user, ControllerState.LEFT);
  }

  private void publish(String id, @Nullable String user, ControllerState state) {
    call = call.knowing(List.of(KnownController.of(presence(id, state), T0, user)));
  }

  private void say(@Nullable String user, Report... reports) {
    for (var report : reports) {
      call = call.with(report, user, at(0.01));
    }
  }

  private static RosterEntry listed(String id, String user) {
    return new RosterEntry(id, "host-of-" + id, at(-1), RosterState.LIVE, 15_000L, List.of(user));
  }
}
