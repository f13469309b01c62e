package dev.warrener.messaging.broker;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One message on its way to the broker. Guarded by its publisher's monitor. */
final class Publication {
  final String exchange;
  final String routingKey;
  final Message message;
  final long deadlineNanos;
  final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();

  /** How often it was written to a connection that did not answer. */
  int cuts;

  /** Whether it was ever written to a connection. */
  boolean sent;

  /** When the broker said no without saying why, or 0: a return may follow. */
  long refusedNanos;

  Publication(String exchange, String routingKey, Message message, long deadlineNanos) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.message = message;
    this.deadlineNanos = deadlineNanos;
  }

  int bytes() {
    return message.body().length();
  }

  boolean isReturned(String returnedExchange, String returnedKey, @Nullable String id) {
    return exchange.equals(returnedExchange)
        && routingKey.equals(returnedKey)
        && (id == null || id.equals(message.id()));
  }
}
