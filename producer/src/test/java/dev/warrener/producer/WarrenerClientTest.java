package dev.warrener.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Submitting tasks, and closing. */
class WarrenerClientTest extends ClientFixture {
  @Test
  void aConfirmedTaskIsPublished() throws Exception {
    var answer = client().submit(task("mail"));
    assertThat(client().outstanding()).isEqualTo(1);
    var sent = broker.next();
    assertThat(sent.task().publishedAt()).isNotNull();
    sent.confirm();

    var published = answer.get(10, SECONDS);
    assertThat(published.task()).isEqualTo(sent.task().id());
    assertThat(published.queue()).isEqualTo("mail");
    assertThat(client().outstanding()).isZero();
  }

  @Test
  void anUnroutableTaskSaysWhichQueueIsMissing() throws Exception {
    var answer = client().submit(task("emial"));
    broker.next().unroutable();

    assertThat(failure(answer))
        .isInstanceOf(UnroutableException.class)
        .hasMessageContaining("there is no queue \"emial\"")
        .hasMessageContaining("warrener queue create emial");
    assertThat(((UnroutableException) heard.remove()).queue()).isEqualTo("emial");
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void aRefusedTaskIsSentAgainUnderTheSameId() throws Exception {
    var answer = client().submit(task("mail"));
    var first = broker.next();
    first.refuse("its queue is full");
    var second = broker.next();
    assertThat(second.task()).isEqualTo(first.task());
    second.confirm();

    assertThat(answer.get(10, SECONDS).task()).isEqualTo(first.task().id());
    assertThat(heard).isEmpty();
  }

  @Test
  void aTaskThatIsRefusedEachTimeFailsWithTheLastReason() throws Exception {
    var answer = client(options.attempts(2)).submit(task("mail"));
    broker.next().refuse("first");
    broker.next().refuse("its queue is full");

    assertThat(failure(answer))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("was not published: its queue is full");
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void anUnknownOutcomeIsToldAsSuchAndNotSentAgain() throws Exception {
    var answer = client().submit(task("mail"));
    broker.next().unknown("the connection was lost");

    assertThat(failure(answer))
        .isInstanceOf(UnknownOutcomeException.class)
        .hasMessageContaining("the connection was lost")
        .hasMessageContaining("with the same id is safe");
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void aBodyAboveTheLimitIsRefusedBeforeItIsSent() {
    var client = client(options.maxBodyBytes(3));
    var task = Task.to("mail", "echo").body(Body.of("four"), Task.JSON).build();

    assertThat(failure(client.submit(task)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("its body has 4 bytes, and at most 3 are allowed");
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void aTaskThatCanNotBeAMessageIsRefused() {
    var task = Task.to("mail", "echo").headers(Map.of("x-attempt", 1)).build();

    assertThat(failure(client().submit(task)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("header x-attempt can't be given");
    assertThat(client().outstanding()).isZero();
  }

  @Test
  void aFullWindowBlocksUntilThereIsRoom() throws Exception {
    var client = client(options.window(1));
    var first = client.submit(task("mail"));
    var second =
        CompletableFuture.supplyAsync(() -> unchecked(() -> client.submit(task("mail")).get()));
    var sent = broker.next();
    assertThat(client.outstanding()).isEqualTo(1);
    assertThat(broker.sent).isEmpty();

    sent.confirm();
    broker.next().confirm();
    assertThat(first.get(10, SECONDS)).isNotNull();
    assertThat(second.get(10, SECONDS)).isNotNull();
  }

  @Test
  void aWindowThatStaysFullRefusesAndSaysWhy() throws Exception {
    var client = client(options.window(1).publishTimeout(SHORT));
    link().blocked("low on memory");
    var first = client.submit(task("mail"));

    assertThat(failure(client.submit(task("mail"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the window (1 tasks) stayed full")
        .hasMessageContaining("the broker blocks publishers now: low on memory");
    assertThat(first).isNotDone();
  }

  @Test
  void anInterruptedSubmitIsRefusedAndKeepsTheInterrupt() {
    var client = client(options.window(1));
    var first = client.submit(task("mail"));

    Thread.currentThread().interrupt();
    var second = client.submit(task("mail"));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure(second)).hasMessageContaining("interrupted");
    assertThat(first).isNotDone();
  }

  @Test
  void aCallbackMaySubmitMoreIntoAFullWindow() throws Exception {
    var client = client(options.window(1));
    var chained = client.submit(task("mail")).thenCompose(published -> client.submit(task("mail")));
    broker.next().confirm();
    broker.next().confirm();

    assertThat(chained.get(10, SECONDS)).isNotNull();
  }

  @Test
  void aListenerThatFailsHarmsNobody() throws Exception {
    var client =
        client(
            options.listener(
                new ClientListener() {
                  @Override
                  public void notPublished(PublishException failure) {
                    throw new IllegalStateException("the listener's own fault");
                  }
                }));
    var answer = client.submit(task("emial"));
    broker.next().unroutable();

    assertThat(failure(answer)).isInstanceOf(UnroutableException.class);
  }

  @Test
  void closeWaitsForWhatIsOnItsWay() throws Exception {
    var client = client();
    var answer = client.submit(task("mail"));
    var sent = broker.next();
    var closing = CompletableFuture.supplyAsync(() -> client.close(Duration.ofSeconds(30)));
    sent.confirm();

    assertThat(closing.get(10, SECONDS)).isZero();
    assertThat(answer.get(10, SECONDS)).isNotNull();
  }

  @Test
  void closeSaysHowManyWereLeftAndTheirFuturesFail() {
    var client = client();
    var answers = List.of(client.submit(task("mail")), client.submit(task("mail")));

    assertThat(client.close(SHORT)).isEqualTo(2);
    answers.forEach(
        answer -> assertThat(failure(answer)).isInstanceOf(UnknownOutcomeException.class));
    assertThat(client.close(SHORT)).isZero();
  }

  @Test
  void closeGivesUpWhatWaitsForItsNextAttempt() throws Exception {
    var client = client(options.waits(Duration.ofHours(1), Duration.ofHours(1)));
    var answer = client.submit(task("mail"));
    broker.next().refuse("its queue is full");

    assertThat(client.close(SHORT)).isEqualTo(1);
    assertThat(failure(answer))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("its queue is full");
  }

  @Test
  void aClosedClientRefuses() {
    var client = client();
    client.close();

    assertThat(failure(client.submit(task("mail")))).hasMessageContaining("the client is closed");
    assertThat(failure(client.submitForResult(task("mail"))))
        .hasMessageContaining("the client is closed");
  }

  @Test
  void submitAllTakesFromItsSourceOnlyAsFastAsTheBrokerConfirms() throws Exception {
    var client = client(options.window(10));
    var taken = new AtomicInteger();
    var tasks =
        IntStream.range(0, 100)
            .mapToObj(i -> {
              taken.incrementAndGet();
              return task("mail");
            });
    var all = CompletableFuture.supplyAsync(() -> unchecked(() -> client.submitAll(tasks)));
    for (int answered = 0; answered < 100; answered++) {
      var sent = broker.next();
      // The ten in the window, and the one that waits for room.
      assertThat(taken.get()).isLessThanOrEqualTo(answered + 11);
      sent.confirm();
    }
    assertThat(all.get(10, SECONDS)).isEqualTo(100);
  }

  @Test
  void submitAllSaysWhatWasNotPublished() throws Exception {
    var client = client();
    var all =
        CompletableFuture.supplyAsync(
            () -> unchecked(() -> client.submitAll(List.of(task("mail"), task("emial")))));
    for (int i = 0; i < 2; i++) {
      var sent = broker.next();
      if (sent.task().queue().equals("mail")) {
        sent.confirm();
      } else {
        sent.unroutable();
      }
    }

    var failure = (SomeNotPublishedException) failure(all);
    assertThat(failure)
        .hasMessageContaining("1 of 2 tasks were not published")
        .hasMessageContaining("\"emial\"");
    assertThat(failure.confirmed()).isEqualTo(1);
    assertThat(failure.failed()).isEqualTo(1);
    assertThat(failure.first()).hasSize(1);
  }

  @Test
  void manyThreadsSubmitAndAllAreAnswered() throws Exception {
    var client = client(options.window(16));
    var answers = new ArrayList<CompletableFuture<Long>>();
    for (int thread = 0; thread < 8; thread++) {
      answers.add(
          CompletableFuture.supplyAsync(
              () ->
                  unchecked(
                      () -> client.submitAll(IntStream.range(0, 500).mapToObj(i -> task("mail")))),
              command -> new Thread(command).start()));
    }
    var refused = new HashSet<String>();
    for (int confirmed = 0; confirmed < 4000; ) {
      var sent = broker.next();
      if (confirmed % 7 == 0 && refused.add(sent.task().id())) {
        sent.refuse("once");
      } else {
        sent.confirm();
        confirmed++;
      }
    }
    for (var answer : answers) {
      assertThat(answer.get(30, SECONDS)).isEqualTo(500);
    }
    assertThat(client.outstanding()).isZero();
  }
}
