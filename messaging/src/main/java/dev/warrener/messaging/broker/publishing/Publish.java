package dev.warrener.messaging.broker.publishing;

import dev.warrener.messaging.broker.Message;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** One message on its way. Its mutable fields belong to the {@link PublishLedger} that it is in. */
final class Publish {
  final String exchange;
  final String routingKey;
  final Message message;
  final boolean mandatory;
  final Duration timeout;
  final long deadlineNanos;
  final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();

  /** Whether it has been written to a connection at least once: then it may have arrived. */
  boolean written;

  /** Whether it was underway when the broker closed a channel because of some message. */
  boolean suspect;

  /** Whether the broker has returned it, and the confirmation that ends it is still to come. */
  boolean returned;

  /** When the broker refused it, if the broker may still return it as unroutable. */
  long nackedNanos;

  /** Whether its outcome is known. */
  boolean done;

  /**
   * Makes a message to be published.
   *
   * @param timeout from {@code nowNanos} on, after which it is given up
   */
  Publish(
      String exchange,
      String routingKey,
      Message message,
      boolean mandatory,
      Duration timeout,
      long nowNanos) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.message = message;
    this.mandatory = mandatory;
    this.timeout = timeout;
    this.deadlineNanos = nowNanos + timeout.toNanos();
  }

  long size() {
    return message.body().length();
  }

  boolean isLate(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  /** Whether a returned message can be this one. Equal messages can't be told apart. */
  boolean matches(String exchange, String routingKey, String id, byte[] body) {
    return this.exchange.equals(exchange)
        && this.routingKey.equals(routingKey)
        && Objects.equals(message.id(), id)
        && Arrays.equals(message.body().bytes(), body);
  }
}
