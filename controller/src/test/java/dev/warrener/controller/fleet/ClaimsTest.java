package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.messaging.report.Claim;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * After the broker was away it hands what was in flight to anybody: a message goes back to the
 * controller that still runs its task, in place of starting here.
 */
class ClaimsTest {
  private static final Task A = Task.to("mail", "work").id("a").build();
  private static final Claim CLAIM = new Claim("mail", "a", 1);

  /** As in the settings of the test. */
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final DecidedFleet fleet = DecidedFleet.withWorker("work");

  @Test
  void messageWaitsUntilTheOthersAreHeardAndGoesBackToTheOneThatRunsItsTask() {
    hear("web-2");
    outage();

    var key = fleet.deliver(A, true);
    assertThat(dispatched()).isEmpty();
    hear("web-2", CLAIM);

    assertThat(fleet.effects())
        .containsSubsequence(new Effect.CancelConsumer("mail"), new Effect.Requeue(key));
    assertThat(dispatched()).isEmpty();
  }

  @Test
  void queueIsConsumedAgainAMomentLater() {
    hear("web-2");
    outage();
    fleet.deliver(A, true);
    hear("web-2", CLAIM);
    int consumed = fleet.all(Effect.Consume.class).size();

    fleet.pass(Duration.ofMillis(450));
    fleet.happen(new Event.TimerDue(new Timer.ClaimsDue()));

    assertThat(fleet.all(Effect.Consume.class)).hasSize(consumed + 1);
  }

  @Test
  void messageThatNobodyClaimsStartsAsSoonAsTheOthersAreHeard() {
    hear("web-2");
    hear("web-3");
    outage();
    fleet.deliver(A, true);

    hear("web-2");
    assertThat(dispatched()).isEmpty();
    hear("web-3");

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void othersThatAreNotHeardAreWaitedForWithinTheLease() {
    hear("web-2");
    outage();
    fleet.deliver(A, true);
    fleet.pass(LEASE);
    fleet.happen(new Event.TimerDue(new Timer.ClaimsDue()));
    assertThat(dispatched()).isEmpty();

    fleet.pass(Duration.ofSeconds(1));
    fleet.happen(new Event.TimerDue(new Timer.ClaimsDue()));

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void aTimerEndsTheWait() {
    hear("web-2");
    outage();
    fleet.deliver(A, true);

    assertThat(fleet.all(Effect.Schedule.class))
        .anySatisfy(
            schedule -> {
              assertThat(schedule.timer()).isEqualTo(new Timer.ClaimsDue());
              assertThat(schedule.at()).isBefore(fleet.now().plus(LEASE).plusSeconds(2));
            });
  }

  @Test
  void claimThatCanNotBeMetIsWaitedForWithinTheLease() {
    hear("web-2");
    outage();
    fleet.deliver(A, true);
    fleet.happen(
        new Event.PresenceHeard(
            presence("web-2", ControllerState.DISCONNECTED, null, CLAIM), fleet.now()));
    assertThat(fleet.all(Effect.Requeue.class)).isEmpty();
    assertThat(dispatched()).isEmpty();

    fleet.pass(LEASE.plusSeconds(1));
    fleet.happen(new Event.TimerDue(new Timer.ClaimsDue()));

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void controllerThatRunsTheTaskAndHasNotNoticedItsLossIsWaitedFor() {
    hear("web-2");
    outage();
    var key = fleet.deliver(A, true);
    fleet.happen(
        new Event.PresenceHeard(
            presence("web-2", ControllerState.RUNNING, "a"), fleet.now()));
    assertThat(dispatched()).isEmpty();

    hear("web-2", CLAIM);

    assertThat(fleet.all(Effect.Requeue.class)).contains(new Effect.Requeue(key));
  }

  @Test
  void anotherAttemptIsNotClaimed() {
    hear("web-2");
    outage();
    fleet.deliver(A.toBuilder().attempt(2).build(), true);
    hear("web-2", CLAIM);

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void nothingWaitsThatTheBrokerHandsOutForTheFirstTime() {
    hear("web-2");
    outage();
    fleet.deliver(A);

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void nothingWaitsWithoutALoss() {
    hear("web-2");
    fleet.deliver(A, true);

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void nothingWaitsWhereNobodyElseWas() {
    outage();
    fleet.deliver(A, true);

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void controllersThatHadLeftAreNotWaitedFor() {
    fleet.happen(
        new Event.PresenceHeard(presence("web-2", ControllerState.LEFT, null), fleet.now()));
    outage();
    fleet.deliver(A, true);

    assertThat(dispatched()).hasSize(1);
  }

  @Test
  void runThatLostItsMessageIsClaimedUntilTheMessageIsBack() {
    run(A);
    assertThat(claims()).isEmpty();

    outage();
    assertThat(claims()).containsExactly(CLAIM);
    fleet.deliver(A, true);

    assertThat(claims()).isEmpty();
  }

  @Test
  void runThatEndedWithoutItsMessageIsClaimedUntilTheMessageIsBack() {
    run(A);
    outage();
    fleet.finish(A, null);
    assertThat(claims()).containsExactly(CLAIM);

    var key = fleet.deliver(A, true);

    assertThat(fleet.all(Effect.Acknowledge.class)).contains(new Effect.Acknowledge(key));
    assertThat(claims()).isEmpty();
  }

  @Test
  void runThatFailedWithoutItsMessageIsClaimedToo() {
    run(A);
    outage();
    fleet.finish(A, new TaskError("A", "a", null));

    assertThat(claims()).containsExactly(CLAIM);
  }

  @Test
  void claimOfAnEndedRunEndsWithTheLease() {
    run(A);
    outage();
    fleet.finish(A, null);

    fleet.pass(LEASE.plusSeconds(2));
    fleet.happen(new Event.TimerDue(new Timer.ClaimsDue()));

    assertThat(claims()).isEmpty();
  }

  @Test
  void controllerMakesRoomForWhatItClaims() {
    run(A);
    outage();
    for (int i = 0; i < 6; i++) {
      fleet.deliver(Task.to("mail", "work").id("later-" + i).build());
    }

    assertThat(fleet.all(Effect.Requeue.class))
        .contains(new Effect.Requeue(new DeliveryKey(2, "mail", 2)));
    assertThat(fleet.all(Effect.CancelConsumer.class)).isEmpty();
  }

  @Test
  void runThatEndedInAnOutageThatOutlastsTheLeaseIsClaimedForAMoment() {
    run(A);
    fleet.happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    fleet.finish(A, null);
    fleet.pass(LEASE.multipliedBy(3));
    fleet.happen(new Event.BrokerUp(2));

    assertThat(claims()).containsExactly(CLAIM);
  }

  private void run(Task task) {
    fleet.deliver(task);
    fleet.start(task);
  }

  private void outage() {
    fleet.happen(new Event.BrokerDown(1, "reset", Duration.ZERO));
    fleet.happen(new Event.BrokerUp(2));
  }

  private List<Effect.Dispatch> dispatched() {
    return fleet.all(Effect.Dispatch.class);
  }

  private List<Claim> claims() {
    var claims = Fleet.presence(fleet.state(), fleet.now()).claims();
    return claims == null ? List.of() : claims;
  }

  private void hear(String controller, Claim... claims) {
    fleet.happen(
        new Event.PresenceHeard(
            presence(controller, ControllerState.RUNNING, null, claims), fleet.now()));
  }

  private Presence presence(
      String controller, ControllerState state, @Nullable String runs, Claim... claims) {
    return Presence.builder(controller, "host")
        .pid(1)
        .software("test")
        .at(fleet.now())
        .state(state)
        .workers(
            List.of(
                Presence.WorkerPresence.builder(1, "mail")
                    .state(WorkerState.BUSY)
                    .task(runs)
                    .attempt(1)
                    .since(fleet.now())
                    .build()))
        .leaseMillis(LEASE.toMillis())
        .containment("subreaper")
        .claims(List.of(claims))
        .build();
  }
}
