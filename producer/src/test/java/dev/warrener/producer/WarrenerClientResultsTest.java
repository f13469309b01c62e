package dev.warrener.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.task.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Waiting for the results of tasks. */
class WarrenerClientResultsTest extends ClientFixture {
  @Test
  void aResultCompletesTheFutureOfItsTask() throws Exception {
    var answer = client().submitForResult(task("mail"));
    var sent = broker.next();
    assertThat(sent.task().replyTo()).isEqualTo("replies");
    sent.confirm();
    results().result(result("another"), "unknown");
    results().result(result("another"), null);
    results().result(result(sent.task().id()), sent.task().correlationId());

    assertThat(answer.get(10, SECONDS).task()).isEqualTo(sent.task().id());
    assertThat(results().size()).isZero();
  }

  @Test
  void aTaskWhoseResultIsWaitedForExpiresAtAControllerThatAnswersAndNotAtTheBroker()
      throws Exception {
    var before = Instant.now();
    var unused =
        client()
            .submitForResult(task("mail").toBuilder().expiration(Duration.ofMillis(1_500)).build());

    var sent = broker.next().task();

    assertThat(sent.expiration()).isNull();
    assertThat(sent.expiresAt())
        .isBetween(before.plusMillis(1_500), Instant.now().plusMillis(1_500));
  }

  @Test
  void aTaskExpiresAtTheEarlierOfTwoTimes() throws Exception {
    var early = Instant.now().plusSeconds(1);
    var unused =
        client()
            .submitForResult(
                task("mail").toBuilder()
                    .expiration(Duration.ofMinutes(1))
                    .expiresAt(early)
                    .build());

    assertThat(broker.next().task().expiresAt()).isEqualTo(early);
  }

  @Test
  void aCallbackMayAskForTheNextResultThoughTheWindowWasFull() throws Exception {
    var client = client(options.maxPendingResults(1));
    var both =
        client
            .submitForResult(task("mail"))
            .thenCompose(first -> client.submitForResult(task("mail")));
    var first = broker.next().task();

    results().result(result(first.id()), first.correlationId());
    var second = broker.next().task();
    results().result(result(second.id()), second.correlationId());

    assertThat(both.get(10, SECONDS).task()).isEqualTo(second.id());
    assertThat(results().size()).isZero();
  }

  @Test
  void aCancelledFutureGivesItsRoomBack() throws Exception {
    var client = client(options.maxPendingResults(1));
    client.submitForResult(task("mail")).cancel(false);
    assertThat(results().size()).isZero();

    var next = client.submitForResult(task("mail"));
    broker.next();
    var sent = broker.next();
    results().result(result(sent.task().id()), sent.task().correlationId());
    assertThat(next.get(10, SECONDS).task()).isEqualTo(sent.task().id());
  }

  @Test
  void theFirstOfTwoResultsCounts() throws Exception {
    var answer = client().submitForResult(task("mail"));
    var correlation = broker.next().task().correlationId();
    results().result(result("first"), correlation);
    results().result(result("second"), correlation);

    assertThat(answer.get(10, SECONDS).task()).isEqualTo("first");
  }

  @Test
  void aResultThatDoesNotComeInTimeIsAnException() throws Exception {
    var answer = client().submitForResult(task("mail"), SHORT);
    broker.next().confirm();

    assertThat(failure(answer))
        .isInstanceOf(ResultTimeoutException.class)
        .hasMessageContaining("within 0.05 s: it may still wait or run");
    assertThat(results().size()).isZero();
  }

  @Test
  void aTaskThatIsNotPublishedHasNoResult() throws Exception {
    var answer = client().submitForResult(task("emial"));
    broker.next().unroutable();

    assertThat(failure(answer)).isInstanceOf(UnroutableException.class);
  }

  @Test
  void aResultSettlesWhetherATaskWasPublished() throws Exception {
    var answer = client().submitForResult(task("mail"));
    var sent = broker.next();
    sent.unknown("the connection was lost");
    results().result(result(sent.task().id()), sent.task().correlationId());

    assertThat(answer.get(10, SECONDS).task()).isEqualTo(sent.task().id());
  }

  @Test
  void aTimeoutRemembersThatThePublishWasUnknown() throws Exception {
    var answer = client().submitForResult(task("mail"), Duration.ofMillis(200));
    broker.next().unknown("the connection was lost");

    assertThat(failure(answer))
        .isInstanceOf(ResultTimeoutException.class)
        .hasCauseInstanceOf(UnknownOutcomeException.class);
  }

  @Test
  void aTimeoutBeforeTheBrokerHasConfirmedSaysThatNobodyKnows() throws Exception {
    var answer = client().submitForResult(task("mail"), SHORT);

    assertThat(failure(answer))
        .isInstanceOf(ResultTimeoutException.class)
        .hasMessageContaining("it has not confirmed it yet")
        .hasCauseInstanceOf(UnknownOutcomeException.class);
  }

  @Test
  void aResultThatCanNotBeReadIsAnException() throws Exception {
    var answer = client().submitForResult(task("mail"));
    results().unreadable(broker.next().task().correlationId(), "it is no JSON");

    assertThat(failure(answer))
        .isInstanceOf(ResultException.class)
        .hasMessageContaining("can't be read: it is no JSON");
  }

  @Test
  void withoutAReplyQueueNothingIsSubmitted() {
    client =
        new WarrenerClient(
            options.build(),
            broker,
            pending -> {
              throw new BrokerException("no right to declare a reply queue", null);
            },
            new ClientLink(ClientListener.NONE));

    assertThat(failure(client.submitForResult(task("mail"))))
        .isInstanceOf(BrokerException.class)
        .hasMessage("no right to declare a reply queue");
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void aResultThatNobodyWantsAnyMoreMakesRoomForAnother() throws Exception {
    var client = client(options.maxPendingResults(1).publishTimeout(SHORT));
    var first = client.submitForResult(task("mail"));
    broker.next().confirm();
    assertThat(failure(client.submitForResult(task("mail"))))
        .hasMessageContaining("the number of results that are waited for (1) stayed full");

    first.cancel(false);
    var second = client.submitForResult(task("mail"));

    broker.next().confirm();
    assertThat(second).isNotDone();
    assertThat(results().size()).isEqualTo(1);
  }

  @Test
  void closeGivesUpTheResultsThatHaveNotCome() throws Exception {
    var client = client();
    var answer = client.submitForResult(task("mail"));
    broker.next().confirm();
    client.close();

    assertThat(failure(answer))
        .isInstanceOf(ResultException.class)
        .hasMessageContaining("the client was closed before the result");
  }

  @Test
  void submitAndWaitGivesTheResultOrThrows() throws Exception {
    var client = client();
    var answered = new CountDownLatch(1);
    var answering =
        CompletableFuture.runAsync(() ->
            unchecked(() -> {
              var sent = broker.next();
              sent.confirm();
              results().result(result(sent.task().id()), sent.task().correlationId());
              broker.next().unroutable();
              answered.countDown();
              return "";
            }));

    assertThat(client.submitAndWait(task("mail"), Duration.ofSeconds(30)).outcome())
        .isEqualTo(Outcome.SUCCEEDED);
    assertThatThrownBy(() -> client.submitAndWait(task("emial"), Duration.ofSeconds(30)))
        .isInstanceOf(UnroutableException.class);
    assertThat(answered.await(10, SECONDS)).isTrue();
    answering.get(10, SECONDS);
  }
}
