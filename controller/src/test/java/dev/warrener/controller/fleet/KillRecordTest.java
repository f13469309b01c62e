package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.FleetState.Phase;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a controller does about a kill in whose middle it ended, when it is started again. */
class KillRecordTest {
  private final OrderedFleet fleet = OrderedFleet.started();

  @Test
  void killAndTheRunsThatItDoomsAreWrittenDownBeforeAnySignal() {
    fleet.run("a");
    fleet.run("b");
    fleet.forget();

    fleet.arrive(kill(InFlight.PURGE));

    assertThat(fleet.effects.getFirst())
        .isInstanceOfSatisfying(
            Effect.KeepKills.class,
            keep -> {
              assertThat(keep.beforeKill()).isTrue();
              assertThat(keep.kills().kills().getFirst().runs())
                  .extracting(RetainedKills.DoomedRun::task)
                  .containsExactly("a", "b");
            });
    assertThat(fleet.all(Effect.Kill.class)).hasSize(1);
  }

  @Test
  void nothingIsKeptOfAKillThatIsDone() {
    fleet.run("a");
    fleet.arrive(kill(InFlight.PURGE));
    fleet.forget();

    fleet.die(1, 2);

    assertThat(fleet.all(Effect.KeepKills.class))
        .containsExactly(new Effect.KeepKills(RetainedKills.NONE, false));
  }

  @Test
  void purgeInWhoseMiddleTheControllerEndedHasFailedAndItsTasksAreNotRunHereAgain() {
    fleet.run("a");
    fleet.run("b");
    var kill = kill(InFlight.PURGE);
    fleet.arrive(kill);

    fleet.startAgain();
    fleet.connect(kill);

    assertThat(fleet.done(kill).failed())
        .hasSize(2)
        .allSatisfy(
            sentence -> assertThat(sentence).contains("purged when it comes up here again"));
    assertThat(fleet.done(kill).carriedOn()).isTrue();
    fleet.pass(Duration.ofSeconds(1));
    fleet.arrive(fleet.order(OrderKind.RESUME, Scope.ALL).build());
    fleet.ready(1, 1);
    fleet.deliver("a");
    fleet.deliver("b");
    assertThat(fleet.all(Effect.Dispatch.class)).isEmpty();
    assertThat(fleet.all(Effect.Acknowledge.class)).hasSize(2);
  }

  @Test
  void requeueInWhoseMiddleTheControllerEndedIsConfirmedWithEveryFate() {
    fleet.run("a");
    fleet.run("b");
    var kill = kill(InFlight.REQUEUE);
    fleet.arrive(kill);

    fleet.startAgain();
    fleet.connect(kill);

    assertThat(fleet.said(Report.ControllerHeard.class, kill.id()))
        .singleElement()
        .extracting(heard -> heard.expected().tasks())
        .isEqualTo(2);
    assertThat(fleet.said(Report.TaskSettled.class, kill.id()))
        .extracting(Report.TaskSettled::fate)
        .containsExactly(Fate.REQUEUED, Fate.REQUEUED);
    assertThat(fleet.done(kill).failed()).isEmpty();
    assertThat(fleet.done(kill).tasks()).isEqualTo(2);
    assertThat(fleet.done(kill).notes())
        .singleElement()
        .asString()
        .contains("started again in the middle of the order");
  }

  @Test
  void holdOfAKillThatIsCarriedOnIsInForceAndItsExitIsNot() {
    fleet.run("a");
    var kill = fleet.kill(Scope.ALL, InFlight.REQUEUE, Then.EXIT).build();
    fleet.arrive(kill);

    fleet.startAgain();
    fleet.connect(kill);

    assertThat(fleet.state.phase()).isEqualTo(Phase.RUNNING);
    assertThat(fleet.state.restrictions().queueHeld(fleet.state.settings(), "mail")).isTrue();
    assertThat(fleet.all(Effect.Spawn.class)).isEmpty();
  }

  @Test
  void localKillIsCarriedOnThoughNoLogHasIt() {
    fleet.run("a");
    var kill = kill(InFlight.DEAD_LETTER);
    fleet.arriveHere(kill);

    fleet.startAgain();

    assertThat(fleet.state.orders().find(kill.id())).isNotNull();
    assertThat(fleet.state.restrictions().revocations().keptHereAlone()).hasSize(1);
  }

  @Test
  void waitingTasksThatAnInterruptedKillWasToDropAreLeftAndThatHasFailed() {
    fleet.run("a");
    var kill = kill(InFlight.REQUEUE).toBuilder().backlog(Backlog.PURGE).build();
    fleet.arrive(kill);

    fleet.startAgain();
    fleet.connect(kill);

    assertThat(fleet.all(Effect.PurgeBacklog.class)).isEmpty();
    assertThat(fleet.done(kill).failed()).singleElement().asString().contains("waiting tasks");
  }

  @Test
  void whoJoinsAKillThatIsCarriedOnIsAnsweredAndNothingIsDoneTwice() {
    fleet.run("a");
    var kill = fleet.kill(Scope.ALL, InFlight.REQUEUE, Then.EXIT).build();
    fleet.arrive(kill);
    fleet.startAgain();
    fleet.connect(kill);
    fleet.forget();

    fleet.arrive(kill);

    assertThat(fleet.refusals(kill)).isEmpty();
    assertThat(fleet.done(kill).carriedOn()).isTrue();
    assertThat(fleet.all(Effect.Kill.class)).isEmpty();
  }

  @Test
  void withoutARecordThatCouldBeKeptAnOrderOfTheLogIsNotConfirmed() {
    fleet.run("a");
    var kill = kill(InFlight.PURGE);
    fleet.arrive(kill);

    fleet.startAgainKnowingNothing("the disk is full");
    fleet.connect(kill);

    assertThat(fleet.done(kill).failed())
        .containsExactly(
            "what a former run of this controller had begun of the order is not known: the disk is"
                + " full");
  }

  @Test
  void controllerThatStartsAfterAPurgeSaysWhatItCanNotKnow() {
    var kill = kill(InFlight.PURGE);

    fleet.startAgainKnowingNothing(null);
    fleet.connect(kill);

    assertThat(fleet.done(kill).failed()).isEmpty();
    assertThat(fleet.done(kill).notes()).singleElement().asString().contains("started after");
  }

  @Test
  void processesOfTheFormerRunThatCanNotBeKilledAreNotConfirmedDead() {
    fleet.run("a");
    var kill = kill(InFlight.REQUEUE);
    fleet.arrive(kill);
    var kept = fleet.kept();

    fleet.startAgainKnowingNothing(null);
    fleet.happen(new Event.KillsRemembered(kept, 3, null));
    fleet.connect(kill);

    assertThat(fleet.done(kill).failed()).singleElement().asString().contains("can't be killed: 3");
  }

  private Order kill(InFlight fate) {
    return fleet.kill(Scope.ALL, fate, Then.HOLD).build();
  }

  @Test
  void nothingIsKeptOfAQuestion() {
    fleet.run("a");

    fleet.arrive(kill(InFlight.PURGE).toBuilder().dryRun(true).build());

    assertThat(fleet.all(Effect.KeepKills.class)).isEqualTo(List.of());
  }
}
