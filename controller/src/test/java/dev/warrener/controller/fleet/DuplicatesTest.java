package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.DeliveryKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.messaging.report.TaskEventKind;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that have the id of another task: in another queue, or with other content. */
class DuplicatesTest {
  private static final WorkerKey MAIL = new WorkerKey(1, 1);
  private static final WorkerKey VIDEO = new WorkerKey(2, 1);

  private Instant now = Instant.parse("2026-11-26T03:00:00Z");
  private FleetState state = FleetState.initial(settings(), now);
  private final List<Effect> effects = new ArrayList<>();
  private long tag;

  @BeforeEach
  void startWorkers() {
    happen(new Event.OrdersSynced(List.of(), null));
    happen(new Event.BrokerUp(1));
    for (var worker : List.of(MAIL, VIDEO)) {
      happen(new Event.Spawned(worker, 1000 + worker.slot(), 1));
      happen(new Event.Ready(worker, Set.of("*")));
    }
  }

  @Test
  void taskRunsThoughItsIdIsUsedInAnotherQueueByOneThatRuns() {
    deliver(task("video", "{}", null));
    happen(new Event.Started(VIDEO, "t1", 1));

    deliver(task("mail", "{}", "reply"));
    happen(new Event.Started(MAIL, "t1", 1));
    finish(MAIL, null);

    assertThat(dispatched("mail")).isOne();
    assertThat(results()).containsExactly(Outcome.SUCCEEDED);
  }

  @Test
  void taskRunsThoughItsIdIsUsedInAnotherQueueByOneThatHasEnded() {
    deliver(task("video", "{}", null));
    happen(new Event.Started(VIDEO, "t1", 1));
    finish(VIDEO, null);

    deliver(task("mail", "{}", "reply"));

    assertThat(dispatched("mail")).isOne();
  }

  @Test
  void retryOfATaskIsNotThatOfTheTaskInTheOtherQueue() {
    for (var queue : List.of("mail", "video")) {
      var worker = queue.equals("mail") ? MAIL : VIDEO;
      deliver(task(queue, "{}", null));
      happen(new Event.Started(worker, "t1", 1));
      finish(worker, new TaskError("Oops", "it failed", null));
    }

    assertThat(all(Effect.Move.class))
        .extracting(Effect.Move::routingKey)
        .containsExactly("mail.retry.1", "video.retry.1");
    happen(new Event.Published(all(Effect.Move.class).getFirst().token()));
    happen(new Event.BrokerDown(1, "lost", Duration.ZERO));
    happen(new Event.BrokerUp(2));
    effects.clear();

    deliver(task("mail", "{}", null));
    deliver(task("video", "{}", null));

    assertThat(all(Effect.Acknowledge.class)).hasSize(1);
    assertThat(all(Effect.Move.class))
        .extracting(Effect.Move::routingKey)
        .containsOnly("video.retry.1");
  }

  @Test
  void copyWithOtherContentOfATaskThatRunsIsAnsweredAndToldAndNotRun() {
    deliver(task("mail", "{}", "victim"));
    happen(new Event.Started(MAIL, "t1", 1));
    effects.clear();

    var forged = deliver(task("mail", "{\"evil\":1}", "attacker"));

    assertThat(effects).contains(new Effect.Acknowledge(forged));
    assertDropped("runs here, attempt 1");
    assertThat(all(Effect.SendResult.class))
        .singleElement()
        .returns("attacker", Effect.SendResult::replyTo)
        .returns(Outcome.DUPLICATE, sent -> sent.result().outcome());
  }

  @Test
  void taskWhoseIdWasUsedInItsQueueBeforeIsAnsweredAndTold() {
    deliver(task("mail", "{\"evil\":1}", null));
    happen(new Event.Started(MAIL, "t1", 1));
    finish(MAIL, null);
    effects.clear();

    deliver(task("mail", "{}", "victim"));

    assertDropped("has ended here, attempt 1");
    assertThat(results()).containsExactly(Outcome.DUPLICATE);
  }

  @Test
  void copyWithAnotherAskerIsAnswered() {
    deliver(task("mail", "{}", "first"));
    happen(new Event.Started(MAIL, "t1", 1));
    effects.clear();

    deliver(task("mail", "{}", "second"));

    assertThat(all(Effect.SendResult.class))
        .extracting(Effect.SendResult::replyTo)
        .containsExactly("second");
  }

  @Test
  void askerOfATaskIsToldNothingWrongAboutItByACopyWithOtherContent() {
    deliver(task("mail", "{}", "victim"));
    happen(new Event.Started(MAIL, "t1", 1));
    effects.clear();

    deliver(task("mail", "{\"evil\":1}", "victim"));

    assertThat(results()).isEmpty();
    assertDropped("runs here");
  }

  @Test
  void copyWithOtherContentAndAHigherAttemptNeverTakesThePlaceOfTheNextAttempt() {
    deliver(task("mail", "{}", null));
    happen(new Event.Started(MAIL, "t1", 1));
    deliver(task("mail", "{\"evil\":1}", null).withAttempt(7));
    finish(MAIL, new TaskError("Oops", "it failed", null));
    deliver(task("mail", "{\"evil\":1}", null).withAttempt(7));
    effects.clear();

    deliver(task("mail", "{}", null).withAttempt(2));

    assertThat(dispatched("mail")).isOne();
  }

  @Test
  void copyWithOtherContentNeverTakesOverTheDeliveryOfARun() {
    deliver(task("mail", "{}", null));
    happen(new Event.Started(MAIL, "t1", 1));
    happen(new Event.BrokerDown(1, "lost", Duration.ZERO));
    happen(new Event.BrokerUp(2));
    effects.clear();

    var forged = deliver(task("mail", "{\"evil\":1}", null));
    var own = deliver(task("mail", "{}", null));
    assertThat(effects).contains(new Effect.Acknowledge(forged));
    assertThat(effects).doesNotContain(new Effect.Acknowledge(own));
    finish(MAIL, null);

    assertThat(effects).contains(new Effect.Acknowledge(own));
  }

  @Test
  void sameTaskPublishedTwiceIsOneTaskAndNobodyIsToldOfADuplicate() {
    deliver(task("mail", "{}", "reply"));
    happen(new Event.Started(MAIL, "t1", 1));
    effects.clear();

    var copy = deliver(task("mail", "{}", "reply"));

    assertThat(effects).contains(new Effect.Acknowledge(copy));
    assertThat(results()).isEmpty();
    assertThat(all(Effect.TellTask.class)).isEmpty();
  }

  private void assertDropped(String where) {
    assertThat(all(Effect.TellTask.class))
        .extracting(Effect.TellTask::event)
        .singleElement()
        .returns(TaskEventKind.DROPPED, event -> event.event())
        .extracting(event -> event.detail())
        .asString()
        .contains("belongs to another task of queue mail", where);
  }

  private static Task task(String queue, String body, @Nullable String replyTo) {
    return Task.to(queue, "work").id("t1").json(body).replyTo(replyTo).build();
  }

  private DeliveryKey deliver(Task task) {
    var key = new DeliveryKey(state.broker().generation(), task.queue(), ++tag);
    happen(new Event.Delivered(key, task));
    return key;
  }

  private void finish(WorkerKey worker, @Nullable TaskError error) {
    happen(new Event.Finished(worker, "t1", 1, new RunEnd(Body.EMPTY, Task.JSON, error)));
  }

  private long dispatched(String queue) {
    return all(Effect.Dispatch.class).stream()
        .filter(dispatch -> dispatch.task().queue().equals(queue))
        .count();
  }

  private List<Outcome> results() {
    return all(Effect.SendResult.class).stream().map(sent -> sent.result().outcome()).toList();
  }

  private <T extends Effect> List<T> all(Class<T> type) {
    return effects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private void happen(Event event) {
    now = now.plusMillis(1);
    var decision = Fleet.decide(state, event, new Now(now, now.toEpochMilli() * 1_000_000));
    state = decision.state();
    effects.addAll(decision.effects());
  }

  private static Settings settings() {
    return TestSettings.of(
        new Settings.QueueSettings("mail", 1, 5, 3, Duration.ZERO),
        new Settings.QueueSettings("video", 1, 5, 3, Duration.ZERO));
  }
}
