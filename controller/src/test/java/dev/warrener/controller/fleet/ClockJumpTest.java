package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.Slot;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The system's clock is set while the controller runs: nothing becomes older or younger by it. */
class ClockJumpTest {
  private final DecidedFleet fleet = DecidedFleet.withWorker("*");

  @ParameterizedTest
  @ValueSource(longs = {-86_400, -3600, -300, 300, 3600, 86_400})
  void controllerThatWasJustSeenIsLive(long secondsAhead) {
    fleet.happen(new Event.PresenceHeard(presence(), fleet.now()));

    fleet.setClock(Duration.ofSeconds(secondsAhead));

    assertThat(roster())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.state()).isEqualTo(RosterState.LIVE);
          assertThat(Duration.between(entry.lastSeen(), fleet.time().instant()))
              .isBetween(Duration.ZERO, Duration.ofSeconds(1));
        });
  }

  /** A kill is not confirmed without it before an hour is over, and so nobody may forget it. */
  @ParameterizedTest
  @ValueSource(longs = {-86_400, 86_400})
  void silentControllerIsNoGhostBeforeItsTime(long secondsAhead) {
    fleet.happen(new Event.PresenceHeard(presence(), fleet.now()));
    fleet.pass(Duration.ofMinutes(5));

    fleet.setClock(Duration.ofSeconds(secondsAhead));

    assertThat(roster())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.state()).isEqualTo(RosterState.SILENT);
          assertThat(Duration.between(entry.lastSeen(), fleet.time().instant()))
              .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {-3600, 3600})
  void workersAreShownAsOldAsTheyAre(long secondsAhead) {
    fleet.pass(Duration.ofMinutes(5));

    fleet.setClock(Duration.ofSeconds(secondsAhead));

    var shown = Fleet.presence(fleet.state(), fleet.time());
    assertThat(Duration.between(shown.workers().getFirst().since(), shown.at()))
        .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
  }

  @ParameterizedTest
  @ValueSource(longs = {-3600, 3600})
  void runIsReportedAsLongAsItTook(long secondsAhead) {
    var task = Task.to("mail", "work").id("t").publishedAt(fleet.now()).replyTo("r").build();
    fleet.deliver(task);
    fleet.start(task);
    fleet.pass(Duration.ofMinutes(5));

    fleet.setClock(Duration.ofSeconds(secondsAhead));
    fleet.finish(task, null);

    assertThat(fleet.answers("t"))
        .singleElement()
        .satisfies(result -> assertThat(Duration.between(result.startedAt(), result.finishedAt()))
            .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6)));
  }

  @ParameterizedTest
  @ValueSource(longs = {-3600, 3600})
  void deathOfAnOldWorkerIsNotInVain(long secondsAhead) {
    fleet.pass(Duration.ofMinutes(5));

    fleet.setClock(Duration.ofSeconds(secondsAhead));
    fleet.die(9);

    assertThat(fleet.state().pool().slots().getFirst().process())
        .isInstanceOf(Slot.Starting.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {-3600, 3600})
  void deathOfAYoungWorkerIsInVain(long secondsAhead) {
    fleet.setClock(Duration.ofSeconds(secondsAhead));
    fleet.die(9);

    assertThat(fleet.state().pool().slots().getFirst().process())
        .isInstanceOf(Slot.BackingOff.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {-86_400, 86_400})
  void taskThatWaitsHereExpiresWhenItsTimeIsOver(long secondsAhead) {
    var running = Task.to("mail", "work").id("running").publishedAt(fleet.now()).build();
    fleet.deliver(running);
    fleet.start(running);
    for (int seconds : new int[] {20, 60}) {
      fleet.deliver(
          Task.to("mail", "work")
              .id("for-" + seconds)
              .publishedAt(fleet.now())
              .expiresAt(fleet.now().plusSeconds(seconds))
              .build());
    }
    fleet.setClock(Duration.ofSeconds(secondsAhead));
    fleet.pass(Duration.ofSeconds(30));

    fleet.finish(running, null);

    assertThat(fleet.all(Effect.Dispatch.class))
        .extracting(dispatch -> dispatch.task().id())
        .containsExactly("running", "for-60");
  }

  /** An incarnation counts from the start of the controller, and the order was given after it. */
  @ParameterizedTest
  @ValueSource(longs = {-86_400, 86_400})
  void orderToAnIncarnationIsObeyed(long secondsAhead) {
    fleet.setClock(Duration.ofSeconds(secondsAhead));
    Instant now = fleet.time().instant();

    fleet.give(
        Order.builder(OrderKind.KILL, ofWorker(new WorkerTarget("web-1/1", 1L)))
            .inFlight(InFlight.REQUEUE)
            .then(Then.RESPAWN)
            .issuedBy("ana")
            .issuedAt(now)
            .expiresAt(now.plusSeconds(60))
            .build());

    assertThat(fleet.all(Effect.Kill.class)).hasSize(1);
  }

  private static Scope ofWorker(WorkerTarget worker) {
    return new Scope(false, List.of(), List.of(), List.of(), List.of(), List.of(worker));
  }

  private List<Report.RosterEntry> roster() {
    Instant now = fleet.time().instant();
    fleet.give(
        Order.builder(OrderKind.ROLL_CALL, Scope.ALL)
            .issuedBy("ana")
            .issuedAt(now)
            .expiresAt(now.plusSeconds(60))
            .build());
    return fleet.all(Effect.Say.class).stream()
        .map(Effect.Say::report)
        .filter(Report.ControllerHeard.class::isInstance)
        .map(report -> ((Report.ControllerHeard) report).roster())
        .findFirst()
        .orElseThrow();
  }

  private Presence presence() {
    return Presence.builder("web-2", "host-2")
        .pid(2)
        .software("test")
        .containment("subreaper")
        .at(fleet.now())
        .leaseMillis(15_000)
        .build();
  }
}
