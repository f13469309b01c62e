package dev.warrener.messaging.broker.publishing;

import dev.warrener.messaging.broker.Message;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * One message on its way. Its mutable fields belong to the publisher and are guarded by its lock.
 */
public final class Publish {
  final String exchange;
  final String routingKey;
  final Message message;
  final boolean mandatory;
  final long deadlineNanos;
  final Duration timeout;
  final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();

  /** It has been written to a connection at least once: it may have arrived. */
  boolean written;

  /** It was underway when the broker closed a channel because of some message. */
  boolean suspect;

  /** The broker has returned it, and the confirmation that ends its publishing is still to come. */
  boolean returned;

  /** When the embedded broker refused it: it may still say that it had no queue. */
  long nackedNanos;

  boolean done;

  public Publish(
      String exchange, String routingKey, Message message, boolean mandatory, Duration timeout) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.message = message;
    this.mandatory = mandatory;
    this.timeout = timeout;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  long size() {
    return message.body().length();
  }

  boolean isLate(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  /** Whether a returned message can be this one. Two for which this can't be told are the same. */
  boolean matches(String exchange, String routingKey, String id, byte[] body) {
    return this.exchange.equals(exchange)
        && this.routingKey.equals(routingKey)
        && Objects.equals(message.id(), id)
        && Arrays.equals(message.body().bytes(), body);
  }
}
