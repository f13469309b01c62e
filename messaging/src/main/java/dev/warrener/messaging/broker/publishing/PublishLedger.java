package dev.warrener.messaging.broker.publishing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Return;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Keeps account of messages from when they are to be published until their outcome is known. It
 * knows no connection and no clock: its owner tells it what the broker answers, and what time it
 * is.
 *
 * <p>A message waits, goes underway when it is written, and ends when the broker answers or its
 * time is up. A lost channel puts the messages that were underway back to the front of those that
 * wait, in their order.
 *
 * <p>When the broker closes a channel because of a message (too large, no such exchange, no right),
 * it doesn't say which. If one message alone was underway, that one is refused. Otherwise all that
 * were underway become suspects: they are written again before all others and one at a time.
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
final class PublishLedger {
  /**
   * The time in which a refused message may still turn out to be unroutable: the embedded broker
   * returns a message after it has refused it.
   */
  static final Duration RETURN_AFTER_NACK = Duration.ofMillis(200);

  private static final PublishOutcome REFUSED_BY_NACK =
      new PublishOutcome.Refused("the broker refused the message; is the queue full?", true);

  private final BiConsumer<Publish, PublishOutcome> ended;
  private final Deque<Publish> urgent = new ArrayDeque<>();
  private final Deque<Publish> waiting = new ArrayDeque<>();

  /** The messages that are written and not answered, by their number on the channel. */
  private final TreeMap<Long, Publish> underway = new TreeMap<>();

  /** The refused messages that may still be returned, oldest first. */
  private final Deque<Publish> nacked = new ArrayDeque<>();

  /**
   * Makes an empty ledger.
   *
   * @param ended is called once for each message, when its outcome is known
   */
  PublishLedger(BiConsumer<Publish, PublishOutcome> ended) {
    this.ended = ended;
  }

  /** Adds a message. An urgent one goes before all that are not. */
  void add(Publish publish, boolean isUrgent) {
    (isUrgent ? urgent : waiting).addLast(publish);
  }

  /** Whether a message can be written now. */
  boolean hasNext() {
    return !next().isEmpty()
        && (underway.isEmpty() || !(isSuspectWaiting() || isSuspectUnderway()));
  }

  /**
   * Moves the next message to those underway, and returns it.
   *
   * @param number the message's number on the channel
   */
  Publish take(long number) {
    var next = next().removeFirst();
    next.written = true;
    underway.put(number, next);
    return next;
  }

  /** Returns the queue that has the next message; it is empty if there is none. */
  private Deque<Publish> next() {
    return urgent.isEmpty() || isSuspectWaiting() ? waiting : urgent;
  }

  private boolean isSuspectWaiting() {
    var first = waiting.peekFirst();
    return first != null && first.suspect;
  }

  private boolean isSuspectUnderway() {
    return underway.firstEntry().getValue().suspect;
  }

  /**
   * Takes an answer of the broker.
   *
   * @param number the message's number on the channel
   * @param multiple whether the answer is for all messages up to that number
   * @param confirmed whether the broker has taken the message
   * @param mayBeReturned whether a refused message may still be returned as unroutable
   */
  void answered(
      long number, boolean multiple, boolean confirmed, boolean mayBeReturned, long nowNanos) {
    if (!multiple) {
      var publish = underway.remove(number);
      if (publish != null) {
        answered(publish, confirmed, mayBeReturned, nowNanos);
      }
      return;
    }
    var head = underway.headMap(number, true);
    var answered = List.copyOf(head.values());
    head.clear();
    answered.forEach(publish -> answered(publish, confirmed, mayBeReturned, nowNanos));
  }

  private void answered(Publish publish, boolean confirmed, boolean mayBeReturned, long nowNanos) {
    if (publish.returned) {
      end(publish, unroutable(publish));
    } else if (confirmed) {
      end(publish, new PublishOutcome.Confirmed());
    } else if (publish.mandatory && mayBeReturned) {
      publish.nackedNanos = nowNanos;
      nacked.addLast(publish);
    } else {
      end(publish, REFUSED_BY_NACK);
    }
  }

  /** Takes a message that the broker returned. */
  void returned(Return message) {
    for (Iterator<Publish> each = nacked.iterator(); each.hasNext(); ) {
      var publish = each.next();
      if (matches(publish, message)) {
        each.remove();
        end(
            publish,
            message.getReplyCode() == AMQP.NO_ROUTE
                ? unroutable(publish)
                : new PublishOutcome.Refused(
                    "the broker refused it: " + message.getReplyText(), true));
        return;
      }
    }
    for (var publish : underway.values()) {
      if (!publish.returned && matches(publish, message)) {
        publish.returned = true;
        return;
      }
    }
  }

  private static boolean matches(Publish publish, Return message) {
    return publish.matches(
        message.getExchange(),
        message.getRoutingKey(),
        message.getProperties().getMessageId(),
        message.getBody());
  }

  private static PublishOutcome unroutable(Publish publish) {
    return new PublishOutcome.Unroutable(publish.exchange, publish.routingKey);
  }

  /** Ends a message that could not be written. */
  void refuse(Publish publish, PublishOutcome outcome) {
    underway.values().remove(publish);
    end(publish, outcome);
  }

  /** Takes the loss of the channel, for which no message is to blame. */
  void cutOff() {
    cutOff(false);
  }

  /**
   * Takes that the broker has closed the channel because of a message.
   *
   * @param verdict gives the message's outcome, if it is known which message it is
   */
  void accused(Function<Publish, PublishOutcome> verdict) {
    if (underway.size() == 1) {
      var culprit = underway.firstEntry().getValue();
      refuse(culprit, verdict.apply(culprit));
      cutOff(false);
    } else {
      cutOff(true);
    }
  }

  private void cutOff(boolean suspects) {
    nacked.forEach(publish -> end(publish, REFUSED_BY_NACK));
    nacked.clear();
    var cut = new ArrayList<>(underway.values());
    underway.clear();
    for (int i = cut.size() - 1; i >= 0; i--) {
      var publish = cut.get(i);
      publish.returned = false;
      publish.suspect |= suspects;
      waiting.addFirst(publish);
    }
  }

  /**
   * Ends the messages whose time is up. Returns whether there were any that the broker had not
   * refused.
   *
   * @param why why the broker has not confirmed them, as the end of a sentence
   */
  boolean expire(long nowNanos, String why) {
    while (!nacked.isEmpty()
        && nowNanos - nacked.getFirst().nackedNanos > RETURN_AFTER_NACK.toNanos()) {
      end(nacked.removeFirst(), REFUSED_BY_NACK);
    }
    boolean changed = expire(urgent, nowNanos, why);
    changed |= expire(waiting, nowNanos, why);
    changed |= expire(underway.values(), nowNanos, why);
    return changed;
  }

  private boolean expire(Collection<Publish> publishes, long nowNanos, String why) {
    boolean changed = false;
    for (Iterator<Publish> each = publishes.iterator(); each.hasNext(); ) {
      var publish = each.next();
      if (publish.isLate(nowNanos)) {
        each.remove();
        var within = "within " + publish.timeout.toMillis() + " ms";
        end(
            publish,
            publish.written
                ? new PublishOutcome.Unknown("the broker did not confirm it " + within + ": " + why)
                : new PublishOutcome.Refused("not sent " + within + " to the broker: " + why));
        changed = true;
      }
    }
    return changed;
  }

  /** Ends all messages, because the publisher is closed. */
  void close() {
    underway.values().forEach(this::endAsClosed);
    urgent.forEach(this::endAsClosed);
    waiting.forEach(this::endAsClosed);
    nacked.forEach(publish -> end(publish, REFUSED_BY_NACK));
    underway.clear();
    urgent.clear();
    waiting.clear();
    nacked.clear();
  }

  private void endAsClosed(Publish publish) {
    end(
        publish,
        publish.written
            ? new PublishOutcome.Unknown(
                "the publisher was closed before the broker had confirmed it")
            : new PublishOutcome.Refused("not sent: the publisher was closed"));
  }

  private void end(Publish publish, PublishOutcome outcome) {
    if (!publish.done) {
      publish.done = true;
      ended.accept(publish, outcome);
    }
  }
}
