package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RetainedRestrictions;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.UnloggedOrder;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** By which way an order comes, and what follows from that: who keeps it, who hears of it. */
class OrderOriginsTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final DeliveryKey DELIVERY = new DeliveryKey(1, "mail", 1);

  private Instant now = Instant.parse("2026-11-23T03:12:07Z");
  private FleetState state;
  private List<Effect> effects = List.of();

  @BeforeEach
  void start() {
    state = FleetState.initial(settings(), now);
  }

  @Test
  void localHoldIsConfirmedOnlyWhenItIsWrittenDown() {
    connect();

    local(kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD));

    var keep = only(Effect.Keep.class);
    die();
    assertThat(all(Report.ControllerDone.class)).isEmpty();
    assertThat(keep.retained().holds())
        .extracting(RetainedRestrictions.Hold::scope)
        .containsExactly(Scope.ALL);
    happen(new Event.Kept(keep.token(), null));
    assertThat(done().failed()).isEmpty();
  }

  @Test
  void localHoldThatCouldNotBeWrittenDownHasFailed() {
    connect();
    local(kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD));
    long token = only(Effect.Keep.class).token();
    die();

    happen(new Event.Kept(token, "No space left on device"));

    assertThat(done().failed())
        .containsExactly(
            "the order could not be written down here, so it does not survive a restart of this"
                + " controller (No space left on device)");
  }

  @Test
  void diskThatDoesNotAnswerDelaysTheConfirmationByTwoSecondsAtMost() {
    connect();
    var order = kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD);
    local(order);
    die();

    now = now.plusSeconds(2);
    happen(new Event.TimerDue(new Timer.SettlementOver(order.id())));

    assertThat(done().failed()).singleElement().asString().contains("the disk does not answer");
  }

  @Test
  void rememberedHoldHoldsAfterARestartAndAResumeOfTheBrokerForgetsIt() {
    connect();
    local(kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD));
    var retained = only(Effect.Keep.class).retained();

    state = FleetState.initial(settings(), now);
    happen(new Event.Remembered(retained));
    connect();

    assertThat(all(Effect.Spawn.class)).isEmpty();
    now = now.plusSeconds(1);
    broadcast(order(OrderKind.RESUME, Scope.ALL, null, null));
    assertThat(only(Effect.Spawn.class).queue()).isEqualTo("mail");
    assertThat(only(Effect.Keep.class).retained().isEmpty()).isTrue();
  }

  @Test
  void partOfAHoldThatIsResumedByTheBrokerStaysResumedAfterARestart() {
    connect();
    local(kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD));
    now = now.plusSeconds(1);
    broadcast(order(OrderKind.RESUME, Scope.ofQueue("mail"), null, null));
    var retained = only(Effect.Keep.class).retained();

    state = FleetState.initial(settings(), now);
    happen(new Event.Remembered(retained));
    connect();

    assertThat(only(Effect.Spawn.class).queue()).isEqualTo("mail");
  }

  @Test
  void whatTheTripwireHeldIsHeldAfterARestartThoughOthersWereResumed() {
    connect();
    happen(new Event.Tripped(Uuid7.next()));
    assertThat(only(Report.ControllerHeard.class).unlogged())
        .isEqualTo(new UnloggedOrder("tripwire", null, null, null));
    now = now.plusSeconds(1);
    broadcast(
        order(
            OrderKind.RESUME,
            new Scope(false, List.of("web-2"), List.of(), List.of(), List.of(), List.of()),
            null,
            null));
    var retained = state.restrictions().retained();

    state = FleetState.initial(settings(), now);
    happen(new Event.Remembered(retained));
    connect();

    assertThat(all(Effect.Spawn.class)).isEmpty();
  }

  @Test
  void killWithoutABrokerSaysThatItsTaskIsBackAndOtherwiseSucceeds() {
    runTask();
    happen(new Event.BrokerDown(1, "gone", Duration.ZERO));

    local(kill(Scope.ofQueue("mail"), InFlight.REQUEUE, Then.RESPAWN));
    die();

    assertThat(all(Report.TaskSettled.class))
        .extracting(Report.TaskSettled::fate)
        .containsExactly(Fate.REQUEUED);
    assertThat(done().failed()).isEmpty();
    assertThat(done().notes())
        .containsExactly(
            "1 task was back in the queue since the broker was lost: another host may run it"
                + " already");
  }

  @Test
  void taskPurgedWithoutABrokerIsRevokedHereOverARestart() {
    runTask();
    happen(new Event.BrokerDown(1, "gone", Duration.ZERO));
    local(kill(Scope.ofQueue("mail"), InFlight.PURGE, Then.RESPAWN));
    die();
    assertThat(done().failed())
        .containsExactly(
            "task t1: the connection was lost and the broker took it back; it is purged when it"
                + " comes up here again, and may run on another host before");
    var retained = only(Effect.Keep.class).retained();

    state = FleetState.initial(settings(), now);
    happen(new Event.Remembered(retained));
    connect();
    ready();
    happen(new Event.Delivered(DELIVERY, task()));

    assertThat(all(Effect.Dispatch.class)).isEmpty();
    assertThat(only(Effect.Acknowledge.class).delivery()).isEqualTo(DELIVERY);
  }

  @Test
  void frozenBrokerIsNotedForWhatGoesBackAndFailsForWhatIsPurged() {
    for (var fate : List.of(InFlight.REQUEUE, InFlight.PURGE)) {
      start();
      runTask();
      var order = kill(Scope.ofQueue("mail"), fate, Then.RESPAWN);
      local(order);
      die();
      assertThat(all(Report.ControllerDone.class)).isEmpty();

      now = now.plusSeconds(2);
      happen(new Event.TimerDue(new Timer.SettlementOver(order.id())));

      if (fate == InFlight.REQUEUE) {
        assertThat(done().failed()).isEmpty();
        assertThat(done().notes()).singleElement().asString().contains("does not answer");
      } else {
        assertThat(done().failed()).singleElement().asString().contains("did not show");
        assertThat(state.restrictions().retained().revoked()).hasSize(1);
      }
    }
  }

  @Test
  void operatorsListIsForTheBrokersUsersAndTheKernelVouchesForLocalOnes() {
    connect();
    var order = kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD);

    happen(new Event.OrderArrived(new HeardOrder(order, "publisher", null)));
    assertThat(only(Report.ControllerRefused.class).because()).contains("no operator here");
    assertThat(only(AuditEntry.Refused.class).user()).isEqualTo("publisher");

    local(kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD));
    assertThat(only(Report.ControllerHeard.class).unlogged())
        .isEqualTo(new UnloggedOrder("local", "ana", "ana", "INC-42"));
    assertThat(only(AuditEntry.Accepted.class).origin()).isEqualTo(Origin.LOCAL);
  }

  @Test
  void refusedOrderCountsOnceThoughItIsInTheLogTwiceAndAgainWhenItIsSentAgain() {
    connect();
    var order = kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD);
    for (var origin : List.of(Origin.LOG, Origin.BROKER, Origin.LOG)) {
      happen(new Event.OrderArrived(new HeardOrder(order, null, null, origin)));
    }
    assertThat(state.orders().refused()).isEqualTo(1);

    happen(new Event.OrderArrived(new HeardOrder(order, null, null)));

    assertThat(state.orders().refused()).isEqualTo(2);
    assertThat(Fleet.presence(state, now).refusedOrders()).isEqualTo(2);
  }

  @Test
  void orderThatExpiredIsRefusedAndWrittenDown() {
    connect();
    var order = kill(Scope.ALL, InFlight.REQUEUE, Then.HOLD);
    now = order.expiresAt().plusMillis(1);

    broadcast(order);

    assertThat(only(Report.ControllerRefused.class).because()).contains("expired");
    assertThat(only(AuditEntry.Refused.class).order()).isEqualTo(order);
  }

  @Test
  void whoSendsTheSameOrderAgainHearsAllOfItAgainAndNothingIsDoneTwice() {
    runTask();
    var order = kill(Scope.ofQueue("mail"), InFlight.REQUEUE, Then.RESPAWN);
    broadcast(order);
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null, Origin.LOG)));
    assertThat(effects).as("the copy in the log").isEmpty();
    die();
    happen(new Event.BarrierPassed(only(Effect.Barrier.class).token()));
    var told = Objects.requireNonNull(state.orders().done().get(order.id())).reports();

    broadcast(order);

    assertThat(all(Report.class)).containsExactlyElementsOf(told);
    assertThat(told)
        .hasOnlyElementsOfTypes(
            Report.ControllerHeard.class,
            Report.WorkerDead.class,
            Report.TaskSettled.class,
            Report.ControllerDone.class);
    assertThat(all(Effect.Kill.class)).isEmpty();
    assertThat(only(AuditEntry.Joined.class).user()).isEqualTo("ops");
  }

  @Test
  void otherOrderWithAnIdThatIsKnownIsRefused() {
    connect();
    var order = order(OrderKind.HOLD, Scope.ofQueue("mail"), null, null);
    broadcast(order);

    broadcast(order.toBuilder().scope(Scope.ALL).build());

    assertThat(only(Report.ControllerRefused.class).because())
        .contains("another order was given with this id before");
    assertThat(state.restrictions().holds().statements()).hasSize(1);
  }

  @Test
  void strangerWhoRepeatsAnOrderIsWrittenDownAndHeardByNobody() {
    connect();
    var order = order(OrderKind.HOLD, Scope.ofQueue("mail"), null, null);
    broadcast(order);

    happen(new Event.OrderArrived(new HeardOrder(order, "publisher", null)));

    assertThat(all(Report.class)).isEmpty();
    assertThat(only(AuditEntry.Refused.class).user()).isEqualTo("publisher");
  }

  @Test
  void auditLogSaysWhatBecameOfAKill() {
    runTask();
    local(kill(Scope.ofQueue("mail"), InFlight.REQUEUE, Then.RESPAWN));
    die();
    happen(new Event.BarrierPassed(only(Effect.Barrier.class).token()));

    var ended = only(AuditEntry.Ended.class);

    assertThat(ended.dead()).extracting(AuditEntry.Dead::task).containsExactly("t1");
    assertThat(ended.tasks())
        .containsExactly(new AuditEntry.Settled("t1", 1, "mail", Fate.REQUEUED));
    assertThat(ended.failed()).isEmpty();
  }

  // The fleet.

  private void connect() {
    happen(new Event.OrdersSynced(List.of(), null));
    var spawned = effects;
    happen(new Event.BrokerUp(1));
    var both = new ArrayList<>(spawned);
    both.addAll(effects);
    effects = both;
  }

  private void ready() {
    happen(new Event.Spawned(WORKER, 4711, 1));
    happen(new Event.Ready(WORKER, Set.of("echo")));
  }

  private void runTask() {
    connect();
    ready();
    happen(new Event.Delivered(DELIVERY, task()));
    happen(new Event.Started(WORKER, "t1", 1));
  }

  private void die() {
    happen(new Event.TreeEmpty(Certificates.proven(WORKER)));
  }

  private static Task task() {
    return Task.to("mail", "echo").id("t1").build();
  }

  private void local(Order order) {
    happen(new Event.OrderArrived(new HeardOrder(order, "ana", null, Origin.LOCAL)));
  }

  private void broadcast(Order order) {
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
  }

  private void happen(Event event) {
    var decision = Fleet.decide(state, event, new Now(now, 0));
    state = decision.state();
    effects = decision.effects();
  }

  /** The effects of the last event of a type, or the reports or lines of the audit log in them. */
  private <T> List<T> all(Class<T> type) {
    return effects.stream()
        .map(effect ->
            switch (effect) {
              case Effect.Say say when !Effect.class.isAssignableFrom(type) && !isAudit(type) ->
                  say.report();
              case Effect.Audit line when isAudit(type) -> line.entry();
              default -> effect;
            })
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static boolean isAudit(Class<?> type) {
    return AuditEntry.class.isAssignableFrom(type);
  }

  private <T> T only(Class<T> type) {
    assertThat(all(type)).as("%s in %s", type.getSimpleName(), effects).hasSize(1);
    return all(type).getFirst();
  }

  private Report.ControllerDone done() {
    return only(Report.ControllerDone.class);
  }

  private Order kill(Scope scope, InFlight fate, Then then) {
    return order(OrderKind.KILL, scope, fate, then);
  }

  private Order order(OrderKind kind, Scope scope, @Nullable InFlight fate, @Nullable Then then) {
    return Order.builder(kind, scope)
        .inFlight(fate)
        .then(then)
        .reason("INC-42")
        .issuedBy("ana")
        .issuedAt(now)
        .expiresAt(now.plusSeconds(60))
        .build();
  }

  private static Settings settings() {
    return TestSettings.builder(new Settings.QueueSettings("mail", 1, 1, 3, Duration.ZERO))
        .containment("cgroup")
        .operators(Set.of("ops"))
        .build();
  }
}
