package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.fleet.state.WithoutBroker;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Which run, which process and which life of a controller an order is about, and what it finds
 * there. Most of these were found by the simulator; its seeds are in docs/simulator.md.
 */
class OrderFencesTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private Instant now = Instant.parse("2026-11-23T03:00:00Z");
  private FleetState state = FleetState.initial(settings(), now);
  private List<Effect> effects = List.of();
  private final List<Effect> all = new ArrayList<>();

  // Fences.

  @Test
  void orderAboutAnAttemptThatHasEndedIsToldSoAndDoesNothing() {
    start(1);
    run("a", 1, 1);
    finish(1, "a", 1, null);
    run("b", 1, 2);

    happen(kill(ofTask("a", 1), InFlight.PURGE));

    assertThat(refusals()).containsExactly("attempt 1 of task a has ended here");
    assertThat(effects).noneMatch(Effect.Kill.class::isInstance);
  }

  @Test
  void orderAboutAnotherAttemptIsToldWhichOneRuns() {
    start(1);
    run("a", 2, 1);

    happen(kill(ofTask("a", 1), InFlight.PURGE));

    assertThat(refusals()).containsExactly("task a runs here as attempt 2, not 1");
    assertThat(effects).noneMatch(Effect.Kill.class::isInstance);
  }

  @Test
  void orderAboutAnotherIncarnationIsToldWhatRunsThereNow() {
    start(1);
    run("a", 1, 1);

    happen(kill(ofWorker(2), InFlight.REQUEUE));

    assertThat(refusals())
        .containsExactly("worker web-1/1 is incarnation 1 now, not 2; it runs task a, attempt 1");
  }

  @Test
  void orderIssuedBeforeTheControllerStartedMeansNoProcessOfThisLife() {
    var early = kill(ofWorker(1), InFlight.PURGE);
    pass(HOUR.dividedBy(2));
    state = FleetState.initial(settings(), now);
    start(1);
    run("a", 1, 1);

    happen(early);

    assertThat(refusals())
        .singleElement()
        .asString()
        .startsWith("this controller has started anew since the order was issued")
        .endsWith("it runs task a, attempt 1");
    assertThat(effects).noneMatch(Effect.Kill.class::isInstance);
  }

  @Test
  void refusedOrderStaysRefusedWhenItComesAgainAndFitsByThen() {
    start(1);
    run("a", 2, 1);
    var order = kill(ofTask("a", 1), InFlight.PURGE);
    happen(order);
    happen(new Event.OrdersDown("cut", Duration.ZERO));
    all.clear();

    happen(new Event.OrdersSynced(List.of(order.heard()), null));
    happen(order);

    assertThat(refusals()).containsExactly("task a runs here as attempt 2, not 1");
    assertThat(all).noneMatch(Effect.Kill.class::isInstance);
  }

  @Test
  void revocationOfAnAttemptLeavesTheNextOneAlone() {
    start(1);
    happen(kill(ofTask("a", 1), InFlight.PURGE));

    deliver("a", 2, 1);

    assertThat(effects).anyMatch(Effect.Dispatch.class::isInstance);
  }

  // The order log.

  @Test
  void orderToExitDoesNotEndTheControllerThatWasStartedAfterIt() {
    var order = order(OrderKind.KILL, Scope.ALL, InFlight.REQUEUE, Backlog.KEEP, Then.EXIT);

    happen(new Event.OrdersSynced(List.of(heard(order)), null));

    assertThat(state.phase()).isEqualTo(FleetState.Phase.RUNNING);
    assertThat(effects).noneMatch(Effect.Spawn.class::isInstance);
  }

  @Test
  void backlogIsNotDroppedBecauseOfTheLogAndThatIsSaid() {
    start(1);
    happen(new Event.OrdersDown("cut", Duration.ZERO));
    var order = order(OrderKind.KILL, Scope.ALL, InFlight.PURGE, Backlog.PURGE, Then.RESPAWN);
    all.clear();

    happen(new Event.OrdersSynced(List.of(heard(order)), null));
    die(1, 9);
    die(2, 9);
    barriersPass();

    assertThat(all).noneMatch(Effect.PurgeBacklog.class::isInstance);
    assertThat(done().failed())
        .containsExactly(
            "the order was read from the log, so the waiting tasks were left as they are: they may"
                + " have been published since");
  }

  @Test
  void holdWithAFenceHoldsAfterARestart() {
    var order = order(OrderKind.KILL, ofWorker(3), InFlight.REQUEUE, Backlog.KEEP, Then.HOLD);

    happen(new Event.OrdersSynced(List.of(heard(order)), null));

    assertThat(effects)
        .filteredOn(Effect.Spawn.class::isInstance)
        .as("only the other worker starts")
        .hasSize(1);
  }

  @Test
  void holdThatArrivesAfterTheResumeThatLiftsItHoldsNothing() {
    var hold = order(OrderKind.HOLD, Scope.ALL, null, Backlog.KEEP, null);
    var resume = order(OrderKind.RESUME, Scope.ALL, null, Backlog.KEEP, null);
    happen(new Event.OrderArrived(heard(resume)));
    happen(new Event.OrderArrived(heard(hold)));

    happen(new Event.OrdersSynced(List.of(), null));

    assertThat(effects).anyMatch(Effect.Spawn.class::isInstance);
  }

  @Test
  void oldResumeDoesNotLiftANewerRevocation() {
    start(1);
    var resume = order(OrderKind.RESUME, Scope.ofTask("a"), null, Backlog.KEEP, null);
    happen(kill(Scope.ofTask("a"), InFlight.PURGE));
    happen(new Event.OrderArrived(heard(resume)));

    deliver("a", 1, 1);

    assertThat(effects).noneMatch(Effect.Dispatch.class::isInstance);
  }

  // What is settled, and said.

  @Test
  void firstOrderIsDoneOnlyWhenTheRunIsSettledWhoseFateTheSecondDecides() {
    start(2);
    run("a", 1, 1);
    var first = kill(ofWorker(1), InFlight.PURGE);
    happen(first);
    happen(kill(Scope.ALL, InFlight.DEAD_LETTER));
    all.clear();

    // The other worker lives on: the second order still waits for it.
    die(1, 9);

    assertThat(all).noneMatch(this::isDone);
    var move = (Effect.Move) all.stream().filter(Effect.Move.class::isInstance).findFirst().get();
    happen(new Event.Published(move.token()));
    barriersPass();
    assertThat(done().order()).isEqualTo(first.heard().order().id());
    assertThat(done().failed()).singleElement().asString().contains("decides its fate");
  }

  @Test
  void runThatTheBrokerTookBackWithItsChannelIsNotSaidToBePurged() {
    start(2);
    run("a", 1, 1);
    happen(kill(Scope.ALL, InFlight.PURGE));
    die(1, 9);
    all.clear();

    happen(new Event.ConsumptionEnded(1, "mail", "the broker closed its channel"));
    die(2, 9);
    barriersPass();

    assertThat(all).noneMatch(Effect.Acknowledge.class::isInstance);
    assertThat(all)
        .noneMatch(effect ->
            effect instanceof Effect.Say say && say.report() instanceof Report.TaskSettled);
    assertThat(done().failed()).singleElement().asString().contains("the broker took it back");
  }

  @Test
  void orderDecidesTheFateOfARunThatIsBeingKilledForItsLease() {
    state = FleetState.initial(settings(WithoutBroker.KILL), now);
    start(1);
    run("a", 1, 1);
    happen(new Event.ConsumptionEnded(1, "mail", "the broker closed its channel"));
    happen(new Event.TimerDue(new Timer.LeaseOver()));
    assertThat(effects).anyMatch(Effect.Kill.class::isInstance);
    deliver("a", 1, 2);

    happen(kill(Scope.ofTask("a"), InFlight.PURGE));
    die(1, 9);
    barriersPass();

    assertThat(all).contains(new Effect.Acknowledge(new DeliveryKey(1, "mail", 2)));
    assertThat(done().tasks()).isEqualTo(1);
  }

  @Test
  void leftoverOfAnEarlierAttemptIsAcknowledgedAndNotCharged() {
    start(1);
    run("a", 2, 1);
    finish(1, "a", 2, new TaskError("x", "it failed", null));

    deliver("a", 1, 7);

    assertThat(effects)
        .contains(new Effect.Acknowledge(new DeliveryKey(1, "mail", 7)))
        .noneMatch(Effect.Move.class::isInstance);
  }

  // The first frame.

  @Test
  void workerCountsAsGreetedOnlyWhenItsProcessIsKnown() {
    happen(new Event.OrdersSynced(List.of(), null));
    assertThat(effects).anyMatch(Effect.Spawn.class::isInstance);
    assertThat(state.greetedWorkers()).isEmpty();

    happen(new Event.Spawned(new WorkerKey(1, 1), 1001, 1));

    assertThat(state.greetedWorkers()).containsExactly(new WorkerKey(1, 1));
  }

  // What happens.

  private void start(int workers) {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    for (int slot = 1; slot <= workers; slot++) {
      happen(new Event.Spawned(new WorkerKey(slot, 1), 1000 + slot, 1));
      happen(new Event.Ready(new WorkerKey(slot, 1), Set.of("*")));
    }
  }

  private void deliver(String task, int attempt, long tag) {
    happen(
        new Event.Delivered(
            new DeliveryKey(1, "mail", tag),
            Task.to("mail", "work").id(task).attempt(attempt).publishedAt(now).build()));
  }

  /** A task that the first idle worker starts. */
  private void run(String task, int attempt, long tag) {
    deliver(task, attempt, tag);
    var dispatch =
        (Effect.Dispatch)
            effects.stream().filter(Effect.Dispatch.class::isInstance).findFirst().get();
    happen(new Event.Started(dispatch.worker(), task, attempt));
  }

  private void finish(int slot, String task, int attempt, @Nullable TaskError error) {
    happen(
        new Event.Finished(
            new WorkerKey(slot, 1), task, attempt, new RunEnd(Body.EMPTY, Task.JSON, error)));
  }

  private void die(int slot, int signal) {
    happen(new Event.TreeEmpty(Certificates.proven(new WorkerKey(slot, 1), signal)));
  }

  private void barriersPass() {
    for (var effect : List.copyOf(all)) {
      if (effect instanceof Effect.Barrier barrier) {
        happen(new Event.BarrierPassed(barrier.token()));
      }
    }
  }

  private void pass(Duration duration) {
    now = now.plus(duration);
  }

  private void happen(Event event) {
    pass(Duration.ofMillis(1));
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects = decision.effects();
    all.addAll(effects);
  }

  // What is ordered.

  private static Scope ofTask(String task, int attempt) {
    return new Scope(
        false, List.of(), List.of(), List.of(), List.of(new TaskTarget(task, attempt)), List.of());
  }

  private static Scope ofWorker(long incarnation) {
    return new Scope(
        false,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(new WorkerTarget("web-1/1", incarnation)));
  }

  private Event.OrderArrived kill(Scope scope, InFlight fate) {
    return new Event.OrderArrived(
        heard(order(OrderKind.KILL, scope, fate, Backlog.KEEP, Then.RESPAWN)));
  }

  private static HeardOrder heard(Order order) {
    return new HeardOrder(order, "ops", null);
  }

  private Order order(
      OrderKind kind,
      Scope scope,
      @Nullable InFlight inFlight,
      Backlog backlog,
      @Nullable Then then) {
    pass(Duration.ofMillis(1));
    return Order.builder(kind, scope)
        .inFlight(inFlight)
        .backlog(backlog)
        .then(then)
        .reason("test")
        .issuedBy("ops")
        .issuedAt(now)
        .expiresAt(now.plus(HOUR))
        .build();
  }

  // What is said.

  private List<String> refusals() {
    return all.stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(Report.ControllerRefused.class::isInstance)
        .map(report -> ((Report.ControllerRefused) report).because())
        .toList();
  }

  private boolean isDone(Effect effect) {
    return effect instanceof Effect.Say say && say.report() instanceof Report.ControllerDone;
  }

  private Report.ControllerDone done() {
    return all.stream()
        .filter(this::isDone)
        .map(effect -> (Report.ControllerDone) ((Effect.Say) effect).report())
        .findFirst()
        .orElseThrow();
  }

  private static Settings settings() {
    return settings(WithoutBroker.LEASE);
  }

  private static Settings settings(WithoutBroker withoutBroker) {
    return TestSettings.builder(new Settings.QueueSettings("mail", 2, 0, 3, Duration.ZERO))
        .containment("cgroup")
        .withoutBroker(withoutBroker)
        .build();
  }
}
