package dev.warrener.messaging.broker.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Return;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.task.Body;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishLedgerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final long LATE = TIMEOUT.toNanos();
  private static final PublishOutcome CONFIRMED = new PublishOutcome.Confirmed();
  private static final PublishOutcome UNROUTABLE = new PublishOutcome.Unroutable("ex", "key");

  /** The outcomes by the messages' ids; one that ended twice would fail the test. */
  private final Map<String, PublishOutcome> outcomes = new HashMap<>();

  private final PublishLedger ledger =
      new PublishLedger((publish, outcome) ->
          assertThat(outcomes.put(String.valueOf(publish.message.id()), outcome)).isNull());

  private long number;

  // The order.

  @Test
  void messagesGoOutInTheirOrderAndUrgentOnesBeforeThem() {
    add("a", "b");
    ledger.add(publish("urgent"), true);

    assertThat(takeAll()).containsExactly("urgent", "a", "b");
    assertThat(outcomes).isEmpty();
  }

  @Test
  void anAnswerEndsTheMessageOfItsNumber() {
    add("a", "b");
    takeAll();
    confirm(2);

    assertThat(outcomes).containsOnlyKeys("b").containsEntry("b", CONFIRMED);
  }

  @Test
  void anAnswerForMultipleEndsAllUpToItsNumber() {
    add("a", "b", "c");
    takeAll();
    ledger.answered(2, true, true, false, 0);

    assertThat(outcomes).containsOnlyKeys("a", "b");
  }

  @Test
  void anAnswerForAnUnknownNumberChangesNothing() {
    add("a");
    takeAll();
    confirm(7);

    assertThat(outcomes).isEmpty();
  }

  // Refused and returned.

  @Test
  void aRefusedMessageIsRefusedAtOnce() {
    add("a");
    takeAll();
    ledger.answered(1, false, false, false, 0);

    assertRefused("a", "is the queue full?");
  }

  @Test
  void aReturnedMessageIsUnroutableWhenItIsConfirmed() {
    add("a");
    takeAll();
    ledger.returned(returned("a", AMQP.NO_ROUTE));
    assertThat(outcomes).isEmpty();
    confirm(1);

    assertThat(outcomes).containsEntry("a", UNROUTABLE);
  }

  @Test
  void ofTwoEqualMessagesEachReturnIsForOne() {
    add("same", "same");
    takeAll();
    ledger.returned(returned("same", AMQP.NO_ROUTE));
    confirm(2);
    assertThat(outcomes).containsEntry("same", CONFIRMED);
    outcomes.clear();
    confirm(1);

    assertThat(outcomes).containsEntry("same", UNROUTABLE);
  }

  @Test
  void aRefusalThatMayBeFollowedByAReturnWaitsForIt() {
    add("a", "b");
    takeAll();
    ledger.answered(2, true, false, true, 0);
    assertThat(outcomes).isEmpty();
    ledger.returned(returned("b", AMQP.NO_ROUTE));
    ledger.returned(returned("a", AMQP.RESOURCE_ERROR));

    assertThat(outcomes).containsEntry("b", UNROUTABLE);
    assertRefused("a", "because a test says so");
  }

  @Test
  void aRefusalThatNoReturnFollowsIsOneAfterAWhile() {
    add("a");
    takeAll();
    ledger.answered(1, false, false, true, 0);
    assertThat(ledger.expire(PublishLedger.RETURN_AFTER_NACK.toNanos(), "why")).isFalse();
    assertThat(outcomes).isEmpty();
    ledger.expire(PublishLedger.RETURN_AFTER_NACK.toNanos() + 1, "why");

    assertRefused("a", "is the queue full?");
  }

  @Test
  void aMessageThatNeedsNoQueueWaitsForNoReturn() {
    ledger.add(new Publish("ex", "key", message("a"), false, TIMEOUT, 0), false);
    takeAll();
    ledger.answered(1, false, false, true, 0);

    assertRefused("a", "is the queue full?");
  }

  // A lost channel.

  @Test
  void messagesThatWereCutOffGoOutAgainInTheirOrderBeforeTheRest() {
    add("a", "b", "c");
    take();
    take();
    ledger.cutOff();

    assertThat(takeAll()).containsExactly("a", "b", "c");
    assertThat(outcomes).isEmpty();
  }

  @Test
  void aReturnOnALostChannelDoesNotCountOnTheNext() {
    add("a");
    takeAll();
    ledger.returned(returned("a", AMQP.NO_ROUTE));
    ledger.cutOff();
    takeAll();
    confirm(2);

    assertThat(outcomes).containsEntry("a", CONFIRMED);
  }

  @Test
  void aRefusedMessageIsNotSentAgain() {
    add("a");
    takeAll();
    ledger.answered(1, false, false, true, 0);
    ledger.cutOff();

    assertRefused("a", "is the queue full?");
    assertThat(ledger.hasNext()).isFalse();
  }

  // A message that the broker closes the channel for.

  @Test
  void aMessageThatWasAloneIsToBlame() {
    add("a", "b");
    take();
    ledger.accused(culprit -> new PublishOutcome.Refused("too large: " + culprit.message.id()));

    assertRefused("a", "too large: a");
    assertThat(takeAll()).containsExactly("b");
  }

  @Test
  void suspectsGoOutBeforeAllOthersAndEachAlone() {
    add("a", "b", "c");
    take();
    take();
    ledger.accused(culprit -> new PublishOutcome.Refused("not known"));
    ledger.add(publish("urgent"), true);
    assertThat(outcomes).isEmpty();

    assertThat(takeAll()).containsExactly("a");
    confirm(3);
    assertThat(takeAll()).containsExactly("b");
    ledger.accused(culprit -> new PublishOutcome.Refused("too large"));
    assertRefused("b", "too large");
    assertThat(takeAll()).containsExactly("urgent", "c");
  }

  @Test
  void aSuspectThatWasCutOffAgainStaysOne() {
    add("a", "b");
    takeAll();
    ledger.accused(culprit -> new PublishOutcome.Refused("not known"));
    takeAll();
    ledger.cutOff();

    assertThat(takeAll()).containsExactly("a");
    confirm(4);
    assertThat(takeAll()).containsExactly("b");
  }

  @Test
  void aMessageThatTheClientRefusesEndsAlone() {
    add("a", "b");
    take();
    var next = ledger.take(++number);
    ledger.refuse(next, new PublishOutcome.Unpublishable("it fits in no frame"));
    ledger.cutOff();

    assertThat(outcomes.get("b"))
        .isEqualTo(new PublishOutcome.Unpublishable("it fits in no frame"));
    assertThat(takeAll()).containsExactly("a");
  }

  // The clock.

  @Test
  void aMessageThatWasNeverWrittenIsRefusedWhenItsTimeIsUp() {
    add("a");
    assertThat(ledger.expire(LATE - 1, "why")).isFalse();
    assertThat(ledger.expire(LATE, "it has not been reached yet")).isTrue();

    assertRefused("a", "not sent within 30000 ms to the broker: it has not been reached yet");
    assertThat(ledger.hasNext()).isFalse();
  }

  @Test
  void aMessageThatWasWrittenOnceIsUnknownWhenItsTimeIsUp() {
    add("underway", "cut off");
    takeAll();
    ledger.cutOff();
    take();
    assertThat(ledger.expire(LATE, "it has not answered")).isTrue();

    for (var id : List.of("underway", "cut off")) {
      assertThat(outcomes.get(id))
          .isEqualTo(
              new PublishOutcome.Unknown(
                  "the broker did not confirm it within 30000 ms: it has not answered"));
    }
  }

  @Test
  void aLateSuspectHoldsNobodyUp() {
    add("a");
    ledger.add(new Publish("ex", "key", message("short"), true, Duration.ofNanos(1), 0), false);
    takeAll();
    ledger.accused(culprit -> new PublishOutcome.Refused("not known"));
    takeAll();
    confirm(3);
    add("later");
    takeAll();
    ledger.expire(1, "why");

    assertThat(outcomes.get("short")).isInstanceOf(PublishOutcome.Unknown.class);
    assertThat(takeAll()).containsExactly("later");
  }

  @Test
  void anAnswerAfterTheTimeChangesNothing() {
    add("a");
    takeAll();
    ledger.expire(LATE, "why");
    confirm(1);

    assertThat(outcomes.get("a")).isInstanceOf(PublishOutcome.Unknown.class);
  }

  // The end.

  @Test
  void closingEndsAllMessages() {
    add("underway", "refused", "waiting");
    ledger.add(publish("urgent"), true);
    take();
    take();
    take();
    ledger.answered(3, false, false, true, 0);
    ledger.close();

    assertThat(outcomes).hasSize(4);
    assertThat(outcomes.get("urgent")).isInstanceOf(PublishOutcome.Unknown.class);
    assertThat(outcomes.get("underway")).isInstanceOf(PublishOutcome.Unknown.class);
    assertRefused("refused", "is the queue full?");
    assertRefused("waiting", "not sent: the publisher was closed");
    assertThat(ledger.hasNext()).isFalse();
  }

  private void add(String... ids) {
    for (var id : ids) {
      ledger.add(publish(id), false);
    }
  }

  private String take() {
    assertThat(ledger.hasNext()).isTrue();
    return String.valueOf(ledger.take(++number).message.id());
  }

  /** Takes until the ledger has no next message. */
  private List<String> takeAll() {
    var taken = new ArrayList<String>();
    while (ledger.hasNext()) {
      taken.add(take());
    }
    return taken;
  }

  private void confirm(long of) {
    ledger.answered(of, false, true, false, 0);
  }

  private void assertRefused(String id, String because) {
    assertThat(outcomes.get(id))
        .isInstanceOfSatisfying(
            PublishOutcome.Refused.class,
            refused -> assertThat(refused.because()).contains(because));
  }

  private static Publish publish(String id) {
    return new Publish("ex", "key", message(id), true, TIMEOUT, 0);
  }

  private static Message message(String id) {
    return new Message(new BasicProperties.Builder().messageId(id).build(), Body.of("{}"));
  }

  private static Return returned(String id, int replyCode) {
    return new Return(
        replyCode,
        "because a test says so",
        "ex",
        "key",
        new BasicProperties.Builder().messageId(id).build(),
        "{}".getBytes(StandardCharsets.UTF_8));
  }
}
