package dev.warrener.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import org.junit.jupiter.api.Test;

/** Whoever waits for a task's result receives one at each end that a controller causes or sees. */
class EndingsTest {
  private static final int SIGKILL = 9;
  private static final TaskError OOPS = new TaskError("Oops", "it failed", null);
  private static final Task A = asked("a");
  private static final Task WAITS = asked("waits");

  private final DecidedFleet fleet = DecidedFleet.withWorker("work");

  @Test
  void expiredTaskIsAnswered() {
    fleet.deliver(A.toBuilder().expiresAt(fleet.now().minusSeconds(1)).build());

    assertThat(answer("a")).returns(Outcome.EXPIRED, ResultMessage::outcome);
  }

  @Test
  void taskThatAPurgeDropsHereIsAnsweredWithTheOrder() {
    run(A);
    fleet.deliver(WAITS);

    var order = purge();
    fleet.give(order);

    assertThat(answer("waits"))
        .returns(Outcome.PURGED, ResultMessage::outcome)
        .returns(order.id(), ResultMessage::order);
    assertThat(answer("waits").error()).isNotNull();
    assertThat(fleet.answers("a")).isEmpty();
  }

  @Test
  void taskThatAKillDropsWithItsBacklogIsAnswered() {
    run(A);
    fleet.deliver(WAITS);

    fleet.give(order(OrderKind.KILL, InFlight.PURGE, Backlog.PURGE));
    fleet.die(SIGKILL);

    assertThat(answer("waits")).returns(Outcome.PURGED, ResultMessage::outcome);
    assertThat(answer("a")).returns(Outcome.KILLED, ResultMessage::outcome);
  }

  @Test
  void retryThatAPurgeDropsBecauseItCanNotBePublishedIsAnswered() {
    run(A);
    fleet.finish(A, OOPS);
    var move = fleet.all(Effect.Move.class).getLast();
    fleet.give(purge());
    assertThat(fleet.answers("a")).isEmpty();

    fleet.happen(new Event.PublishFailed(move.token(), "the broker is full"));

    assertThat(answer("a")).returns(Outcome.PURGED, ResultMessage::outcome);
  }

  @Test
  void whatWaitsAtTheBrokerIsDroppedInTheNameOfTheOrder() {
    var order = purge();
    fleet.give(order);
    fleet.answerBarriers();

    assertThat(fleet.all(Effect.PurgeBacklog.class))
        .singleElement()
        .returns(order.id(), purge -> purge.order().id());
  }

  @Test
  void noTaskIsReceivedWhileTheWaitingOnesAreDropped() {
    run(A);

    fleet.give(purge());
    var late = fleet.deliver(WAITS);
    fleet.answerBarriers();

    assertThat(fleet.effects())
        .containsSubsequence(
            new Effect.CancelConsumer("mail"),
            new Effect.Requeue(late),
            fleet.all(Effect.PurgeBacklog.class).getFirst());
    fleet.happen(new Event.BacklogDone(fleet.all(Effect.PurgeBacklog.class).getFirst().token(), 1));
    assertThat(fleet.all(Effect.Consume.class)).hasSize(2);
  }

  @Test
  void waitingTasksThatCouldNotBeAnsweredAreNoted() {
    fleet.give(purge());
    fleet.answerBarriers();

    var purge = fleet.all(Effect.PurgeBacklog.class).getFirst();
    fleet.happen(new Event.BacklogDone(purge.token(), 700, 300, 0));

    assertThat(fleet.done().notes())
        .singleElement()
        .asString()
        .contains("300 of the 700", "queue mail");
    assertThat(fleet.done().backlog()).isEqualTo(700);
  }

  @Test
  void tasksThatWerePublishedLaterAndStayAreNoted() {
    fleet.give(purge());
    fleet.answerBarriers();

    var purge = fleet.all(Effect.PurgeBacklog.class).getFirst();
    fleet.happen(new Event.BacklogDone(purge.token(), 7, 0, 2));

    assertThat(fleet.done().notes())
        .singleElement()
        .asString()
        .contains("queue mail were published after the order", "at least 2");
    assertThat(fleet.done().backlog()).isEqualTo(7);
  }

  @Test
  void copyOfATaskThatHasEndedIsAnsweredWithHowItEnded() {
    run(A);
    fleet.finish(A, null);

    fleet.deliver(A);

    assertThat(fleet.answers("a"))
        .extracting(ResultMessage::outcome)
        .containsExactly(Outcome.SUCCEEDED, Outcome.DUPLICATE);
    assertThat(fleet.answers("a").getLast().earlierOutcome()).isEqualTo(Outcome.SUCCEEDED);
  }

  @Test
  void copyOfSomebodyElseIsAnsweredWithHowTheTaskEnded() {
    run(A);
    fleet.finish(A, null);

    fleet.deliver(A.toBuilder().replyTo("other").build());

    assertThat(fleet.answers("a").getLast())
        .returns(Outcome.DUPLICATE, ResultMessage::outcome)
        .returns(Outcome.SUCCEEDED, ResultMessage::earlierOutcome);
  }

  @Test
  void copyOfATaskThatIsTriedAgainEndsNobodysWaiting() {
    run(A);
    fleet.finish(A, OOPS);
    fleet.happen(new Event.Published(fleet.all(Effect.Move.class).getLast().token()));

    fleet.deliver(A);

    assertThat(fleet.answers("a")).isEmpty();
  }

  @Test
  void redeliveredMessageOfATaskThatHasEndedIsNoDuplicate() {
    run(A);
    fleet.finish(A, null);

    fleet.deliver(A, true);

    assertThat(answer("a")).returns(Outcome.SUCCEEDED, ResultMessage::outcome);
  }

  @Test
  void messageThatIsNoTaskIsAnsweredIfItSaysWhom() {
    var invalid = new InvalidTask("mail", "a", "it names no handler", "reply", "c1");

    fleet.happen(new Event.DeliveredInvalid(fleet.nextKey(), invalid));

    assertThat(answer("a")).returns(Outcome.FAILED, ResultMessage::outcome);
    assertThat(answer("a").error()).isEqualTo(new TaskError("invalid", invalid.because(), null));
    assertThat(fleet.all(Effect.SendResult.class))
        .singleElement()
        .returns("c1", Effect.SendResult::correlationId);
  }

  private static Task asked(String id) {
    return Task.to("mail", "work").id(id).replyTo("reply").maxAttempts(2).build();
  }

  private void run(Task task) {
    fleet.deliver(task);
    fleet.start(task);
  }

  private Order purge() {
    return order(OrderKind.PURGE, InFlight.REQUEUE, Backlog.KEEP);
  }

  private Order order(OrderKind kind, InFlight inFlight, Backlog backlog) {
    return Order.builder(kind, Scope.ofQueue("mail"))
        .inFlight(inFlight)
        .backlog(backlog)
        .then(Then.RESPAWN)
        .reason("INC-42")
        .issuedBy("ana")
        .issuedAt(fleet.now())
        .expiresAt(fleet.now().plusSeconds(60))
        .build();
  }

  private ResultMessage answer(String id) {
    assertThat(fleet.answers(id)).hasSize(1);
    return fleet.answers(id).getFirst();
  }
}
