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
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.ErrorType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tasks that a worker has before it is free, and workers that are there before they are needed. */
class WorkerPrefetchTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);

  private Instant now = Instant.parse("2026-11-25T03:00:00Z");
  private FleetState state = FleetState.initial(settings(1, 0), now);
  private final List<Effect> effects = new ArrayList<>();
  private long tags;

  @Test
  void workerIsHandedNothingBeforeItIsFreeUntilItsTasksHaveProvedShort() {
    start(1, 0);

    deliver("a", "b", "c");

    assertThat(dispatched()).containsExactly("a");
  }

  @Test
  void workerOfShortTasksHasTheNextOnesBeforeItIsFree() {
    startWithShortTasks();

    deliver("a", "b", "c");

    assertThat(dispatched()).containsExactly("a", "b", "c");
  }

  @Test
  void workerThatCanNotGiveBackGetsNothingAhead() {
    start(1, 0, 0);
    runShortTasks();

    deliver("a", "b");

    assertThat(dispatched()).containsExactly("a");
  }

  @Test
  void whatWaitsBehindALongRunIsTakenBackWhenAnotherWorkerIsFree() {
    startWithALongRunAndAFreeWorker();

    happen(new Event.TimerDue(new Timer.RecallDue()));

    assertThat(recalled()).containsExactly("c");
  }

  @Test
  void whatWaitsBehindALongRunStaysWhileNoOtherWorkerIsFree() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));
    pass(Duration.ofMillis(30));

    happen(new Event.TimerDue(new Timer.RecallDue()));

    assertThat(recalled()).isEmpty();
  }

  @Test
  void taskThatWasGivenBackStartsOnTheFreeWorker() {
    startWithALongRunAndAFreeWorker();
    happen(new Event.TimerDue(new Timer.RecallDue()));

    giveBack("c");

    assertThat(effects)
        .filteredOn(Effect.Dispatch.class::isInstance)
        .last()
        .returns(new WorkerKey(2, 1), effect -> ((Effect.Dispatch) effect).worker())
        .returns("c", effect -> ((Effect.Dispatch) effect).task().id());
  }

  /** Worker 1 is at a, which takes long, and has c as well; worker 2 has ended b. */
  private void startWithALongRunAndAFreeWorker() {
    start(2, 0);
    runShortTasks();
    deliver("a", "b", "c");
    happen(new Event.Started(WORKER, "a", 1));
    var other = new WorkerKey(2, 1);
    happen(new Event.Started(other, "b", 1));
    pass(Duration.ofMillis(30));
    happen(new Event.Finished(other, "b", 1, succeeded()));
  }

  @Test
  void killOfATaskTakesBackWhatIsBehindItBeforeTheSignal() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));

    kill(InFlight.PURGE, "a");

    assertThat(recalled()).containsExactly("b");
    assertThat(kills()).isEmpty();
    giveBack("b");
    assertThat(kills()).containsExactly(WORKER);
  }

  @Test
  void taskThatEndsWhileItsKillTakesAimIsNotKilledAndNeitherIsTheNext() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));
    kill(InFlight.PURGE, "a");

    happen(new Event.Finished(WORKER, "a", 1, succeeded()));
    happen(new Event.Started(WORKER, "b", 1));

    assertThat(kills()).isEmpty();
    assertThat(done()).singleElement().returns(0, Report.ControllerDone::workers);
  }

  @Test
  void revokedTaskThatAWorkerHasIsBackBeforeTheOrderIsDone() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));

    kill(InFlight.PURGE, "b");

    assertThat(recalled()).containsExactly("b");
    assertThat(done()).isEmpty();
    giveBack("b");
    assertThat(acknowledged()).contains(tags);
    assertThat(done()).hasSize(1);
  }

  @Test
  void revokedTaskThatStartsAllTheSameIsKilled() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));
    kill(InFlight.PURGE, "b");

    happen(new Event.Finished(WORKER, "a", 1, succeeded()));
    happen(new Event.Started(WORKER, "b", 1));

    assertThat(kills()).containsExactly(WORKER);
    assertThat(done()).isEmpty();
  }

  @Test
  void workerThatDoesNotAnswerIsKilledAndWhatItRanStartsAnewUncharged() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));
    kill(InFlight.PURGE, "b");
    pass(WorkerPrefetch.ANSWER);
    happen(new Event.TimerDue(new Timer.RecallUnanswered(WORKER, "b", 1)));
    assertThat(kills()).containsExactly(WORKER);

    happen(new Event.TreeEmpty(Certificates.found(WORKER)));
    ready(new WorkerKey(1, 2), 100);

    assertThat(dispatchedTasks())
        .filteredOn(task -> task.id().equals("a"))
        .extracting(Task::attempt)
        .containsExactly(1, 1);
    assertThat(dispatched()).containsOnlyOnce("b");
  }

  @Test
  void whatAKilledWorkerHadNotStartedIsNoPartOfTheFate() {
    startWithShortTasks();
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));
    kill(InFlight.PURGE);
    long a = tags - 1;
    long b = tags;

    happen(new Event.TreeEmpty(Certificates.found(WORKER)));

    assertThat(acknowledged()).contains(a).doesNotContain(b);
    assertThat(effects)
        .filteredOn(Effect.Requeue.class::isInstance)
        .extracting(effect -> ((Effect.Requeue) effect).delivery().tag())
        .containsExactly(b);
  }

  @Test
  void runThatBeganAfterTheOneThatReachedItsLimitIsNotTimedOut() {
    startWithShortTasks();
    deliverLimited("a");
    happen(new Event.Started(WORKER, "a", 1));
    deliver("b");
    pass(Duration.ofMillis(10));
    var limit = new Timer.RunDeadline(WORKER, "a", 1);
    happen(new Event.TimerDue(limit));
    assertThat(kills()).isEmpty();
    pass(WorkerPrefetch.DEFERRED.plusMillis(20));
    happen(new Event.TimerDue(limit));
    assertThat(kills()).containsExactly(WORKER);

    happen(new Event.Finished(WORKER, "a", 1, succeeded()));
    happen(new Event.Started(WORKER, "b", 1));
    happen(new Event.TreeEmpty(Certificates.found(WORKER)));

    assertThat(effects).noneMatch(Effect.Move.class::isInstance);
  }

  @Test
  void spareTakesNoTaskWhileAllWorkersHaveOne() {
    start(1, 1);

    deliver("a", "b");

    assertThat(dispatched()).containsExactly("a");
  }

  @Test
  void spareTakesTheNextTaskWhenAWorkerIsDead() {
    start(1, 1);
    deliver("a", "b");
    happen(new Event.Started(WORKER, "a", 1));
    kill(InFlight.PURGE, "a");

    happen(new Event.TreeEmpty(Certificates.found(WORKER)));

    assertThat(effects)
        .filteredOn(Effect.Dispatch.class::isInstance)
        .last()
        .returns(new WorkerKey(2, 1), effect -> ((Effect.Dispatch) effect).worker())
        .returns("b", effect -> ((Effect.Dispatch) effect).task().id());
  }

  private void start(int workers, int spares) {
    start(workers, spares, 100);
  }

  private void start(int workers, int spares, int takesAhead) {
    state = FleetState.initial(settings(workers, spares), now);
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    for (int slot = 1; slot <= workers + spares; slot++) {
      ready(new WorkerKey(slot, 1), takesAhead);
    }
  }

  private void startWithShortTasks() {
    start(1, 0);
    runShortTasks();
  }

  private void runShortTasks() {
    for (int i = 0; i < 20; i++) {
      deliver("short-" + i);
      happen(new Event.Started(WORKER, "short-" + i, 1));
      happen(new Event.Finished(WORKER, "short-" + i, 1, succeeded()));
    }
    effects.clear();
  }

  private void ready(WorkerKey worker, int takesAhead) {
    happen(new Event.Spawned(worker, 1000 + worker.slot(), 1));
    happen(new Event.Ready(worker, Set.of("*"), takesAhead));
  }

  private void deliver(String... ids) {
    for (var id : ids) {
      deliver(Task.to("mail", "work").id(id).publishedAt(now).build());
    }
  }

  private void deliverLimited(String id) {
    deliver(Task.to("mail", "work").id(id).publishedAt(now).timeout(Duration.ofMillis(10)).build());
  }

  private void deliver(Task task) {
    tags++;
    happen(new Event.Delivered(new DeliveryKey(1, "mail", tags), task));
  }

  private void giveBack(String id) {
    happen(
        new Event.Finished(
            WORKER,
            id,
            1,
            new RunEnd(
                Body.EMPTY, Task.JSON, new TaskError(ErrorType.CANCELLED, "never started", null))));
  }

  private static RunEnd succeeded() {
    return new RunEnd(Body.EMPTY, Task.JSON, null);
  }

  private void kill(InFlight fate, String... tasks) {
    var scope =
        tasks.length == 0
            ? Scope.ALL
            : new Scope(
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(new TaskTarget(tasks[0], null)),
                List.of());
    var order =
        Order.builder(OrderKind.KILL, scope)
            .inFlight(fate)
            .then(tasks.length == 0 ? Then.HOLD : Then.RESPAWN)
            .issuedAt(now)
            .expiresAt(now.plus(Duration.ofHours(1)))
            .build();
    happen(new Event.OrderArrived(new HeardOrder(order, "ops", null)));
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private void happen(Event event) {
    now = now.plusNanos(10_000);
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
    for (var effect : decision.effects()) {
      if (effect instanceof Effect.Barrier barrier) {
        happen(new Event.BarrierPassed(barrier.token()));
      }
    }
  }

  private List<Task> dispatchedTasks() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(effect -> ((Effect.Dispatch) effect).task())
        .toList();
  }

  private List<String> dispatched() {
    return dispatchedTasks().stream().map(Task::id).toList();
  }

  private List<String> recalled() {
    return effects.stream()
        .filter(Effect.Recall.class::isInstance)
        .map(effect -> ((Effect.Recall) effect).task())
        .toList();
  }

  private List<WorkerKey> kills() {
    return effects.stream()
        .filter(Effect.Kill.class::isInstance)
        .flatMap(effect -> ((Effect.Kill) effect).workers().stream())
        .toList();
  }

  private List<Long> acknowledged() {
    return effects.stream()
        .filter(Effect.Acknowledge.class::isInstance)
        .map(effect -> ((Effect.Acknowledge) effect).delivery().tag())
        .toList();
  }

  private List<Report.ControllerDone> done() {
    return effects.stream()
        .filter(Effect.Say.class::isInstance)
        .map(effect -> ((Effect.Say) effect).report())
        .filter(Report.ControllerDone.class::isInstance)
        .map(Report.ControllerDone.class::cast)
        .toList();
  }

  private static Settings settings(int workers, int spares) {
    return TestSettings.of(
        new Settings.QueueSettings(
            "mail", workers, 10, 3, Duration.ZERO, Settings.Ahead.DEFAULT, spares));
  }
}
