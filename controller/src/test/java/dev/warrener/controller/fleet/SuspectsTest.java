package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tasks that take their controller along, over several lives of a controller. */
class SuspectsTest {
  private static final WorkerKey FIRST = new WorkerKey(1, 1);
  private static final WorkerKey SECOND = new WorkerKey(2, 1);

  /** A worker of another queue than the others. */
  private static final WorkerKey VIDEO = new WorkerKey(3, 1);

  private static final Settings SETTINGS =
      TestSettings.of(
          new Settings.QueueSettings("mail", 2, 0, 3, Duration.ZERO),
          new Settings.QueueSettings("video", 1, 0, 3, Duration.ZERO));

  private Instant now = Instant.parse("2026-11-28T03:00:00Z");
  private FleetState state = FleetState.initial(SETTINGS, now);
  private final List<Effect> effects = new ArrayList<>();
  private int tags;

  @Test
  void taskThatKillsItsControllerIsQuarantinedAfterTheFifthDeath() {
    List<LostRuns.Run> file = List.of();
    int deaths = 0;
    while (true) {
      live(file);
      deliver("killer", deaths);
      if (!started(FIRST, "killer")) {
        break;
      }
      deaths++;
      file = dieWith(file);
    }

    assertThat(deaths).isEqualTo(5);
    assertThat(effects)
        .filteredOn(Effect.Move.class::isInstance)
        .singleElement()
        .satisfies(move -> {
          var headers = ((Effect.Move) move).headers();
          assertThat(headers).containsEntry(TaskHeaders.DEAD_REASON, "poison");
          assertThat(headers)
              .containsEntry(
                  TaskHeaders.DEAD_DETAIL,
                  "controller web-1 died 3 times while this task ran; the broker had redelivered it"
                      + " at least 2 times before");
        });
  }

  @Test
  void taskThatOnlyWaitedIsNotCharged() {
    List<LostRuns.Run> file = List.of();
    for (int deaths = 0; deaths < 10; deaths++) {
      live(file);
      deliver("busy", 0);
      deliver("busy-too", 0);
      assertThat(started(FIRST, "busy")).isTrue();
      deliver("waits", deaths);
      file = dieWith(file);
    }

    assertThat(file).noneMatch(run -> run.task().equals("waits"));
  }

  @Test
  void runThatEndsIsForgotten() {
    live(List.of(new LostRuns.Run("innocent", "mail", 1, 2, false)));
    deliver("innocent", 4);
    assertThat(started(FIRST, "innocent")).isTrue();
    assertThat(lastNote()).containsExactly(new LostRuns.Run("innocent", "mail", 1, 2, true));

    happen(new Event.Finished(FIRST, "innocent", 1, new RunEnd(Body.EMPTY, Task.JSON, null)));

    assertThat(lastNote()).isEmpty();
  }

  @Test
  void tasksThatAreSuspectRunOneAfterTheOther() {
    live(
        List.of(
            new LostRuns.Run("killer", "mail", 1, 1, false),
            new LostRuns.Run("innocent", "mail", 1, 1, false)));
    deliver("innocent", 3);
    deliver("killer", 3);
    deliver("other", 0);

    assertThat(started(FIRST, "innocent")).isTrue();
    assertThat(started(SECOND, "killer")).as("it waits").isFalse();
    assertThat(started(SECOND, "other")).as("this one need not").isTrue();
    happen(new Event.Finished(FIRST, "innocent", 1, new RunEnd(Body.EMPTY, Task.JSON, null)));

    assertThat(started(FIRST, "killer")).isTrue();
  }

  @Test
  void namesakeInAnotherQueueAcquitsNobody() {
    live(runLost("killer", 2));
    deliverFrom("video", "killer", 2);
    assertThat(started(VIDEO, "killer")).isTrue();

    happen(new Event.Finished(VIDEO, "killer", 1, new RunEnd(Body.EMPTY, Task.JSON, null)));

    assertThat(lastNote()).extracting(LostRuns.Run::losses).containsExactly(2);
  }

  @Test
  void namesakeInAnotherQueueIsNotCharged() {
    live(runLost("killer", 3));

    deliverFrom("video", "killer", 0);
    deliver("killer", 5);

    assertThat(dispatchedTo(VIDEO)).containsExactly("killer");
    assertThat(dispatchedTo(FIRST)).isEmpty();
  }

  @Test
  void anotherAttemptIsNotCharged() {
    live(List.of(new LostRuns.Run("killer", "mail", 1, 3, false)));

    happen(
        new Event.Delivered(
            new DeliveryKey(1, "mail", ++tags),
            Task.to("mail", "work").id("killer").attempt(2).publishedAt(now).build(),
            0,
            false));

    assertThat(dispatchedTo(FIRST)).contains("killer");
  }

  /** Lets a task of the queue mail kill the controller that often; returns what is written. */
  private List<LostRuns.Run> runLost(String task, int losses) {
    List<LostRuns.Run> file = List.of();
    for (int deaths = 0; deaths < losses; deaths++) {
      live(file);
      deliver(task, LostRuns.RETURNS_BEFORE_SUSPECT + deaths);
      assertThat(started(FIRST, task)).isTrue();
      file = dieWith(file);
    }
    return file;
  }

  /** Begins a life of the controller. */
  private void live(List<LostRuns.Run> file) {
    effects.clear();
    state = FleetState.initial(SETTINGS, now);
    happen(new Event.SuspectRunsRead(file));
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    for (var worker : List.of(FIRST, SECOND, VIDEO)) {
      happen(new Event.Spawned(worker, 1000 + worker.slot(), 1));
      happen(new Event.Ready(worker, Set.of("*")));
    }
  }

  /** Ends it, without anything more being decided; returns what the next life reads. */
  private List<LostRuns.Run> dieWith(List<LostRuns.Run> file) {
    var written =
        effects.stream().anyMatch(Effect.WriteSuspectRuns.class::isInstance) ? lastNote() : file;
    return written.stream()
        .map(run ->
            new LostRuns.Run(
                run.task(),
                run.queue(),
                run.attempt(),
                run.running() ? run.losses() + 1 : run.losses(),
                false))
        .toList();
  }

  private void deliver(String task, int returns) {
    deliverFrom("mail", task, returns);
  }

  private void deliverFrom(String queue, String task, int returns) {
    happen(
        new Event.Delivered(
            new DeliveryKey(1, queue, ++tags),
            Task.to(queue, "work").id(task).publishedAt(now).build(),
            returns,
            returns > 0));
  }

  /** Has a worker start a task, if it was handed it. */
  private boolean started(WorkerKey worker, String task) {
    boolean isThere = dispatchedTo(worker).contains(task);
    if (isThere) {
      happen(new Event.Started(worker, task, 1));
    }
    return isThere;
  }

  private List<String> dispatchedTo(WorkerKey worker) {
    return effects.stream()
        .filter(effect ->
            effect instanceof Effect.Dispatch dispatch && dispatch.worker().equals(worker))
        .map(effect -> ((Effect.Dispatch) effect).task().id())
        .toList();
  }

  private List<LostRuns.Run> lastNote() {
    return effects.stream()
        .filter(Effect.WriteSuspectRuns.class::isInstance)
        .map(effect -> ((Effect.WriteSuspectRuns) effect).runs())
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, Now.agreeing(now));
    state = decision.state();
    effects.addAll(decision.effects());
  }
}
