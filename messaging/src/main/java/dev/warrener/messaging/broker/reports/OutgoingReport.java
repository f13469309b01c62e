package dev.warrener.messaging.broker.reports;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import java.util.concurrent.CompletableFuture;

/** A message of a controller. The reporter's lock guards its mutable fields. */
final class OutgoingReport {

  /** The kinds of messages, the most urgent first. */
  enum Kind {
    /** A report about an order. */
    ORDER,
    /** The controller's presence. */
    PRESENCE,
    /** A task's result. */
    RESULT,
    /** An event of a task or a worker. */
    EVENT
  }

  final Kind kind;
  final String exchange;
  final String routingKey;
  final Message message;

  /** Whether it is an error if no queue takes the message. */
  final boolean mandatory;

  final long saidNanos = System.nanoTime();
  final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();

  int attempts;

  /** Whether it waits for a reply queue that was missing. */
  boolean isOrphan;

  long dueNanos = saidNanos;

  private OutgoingReport(
      Kind kind, String exchange, String routingKey, Message message, boolean mandatory) {
    this.kind = kind;
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.message = message;
    this.mandatory = mandatory;
  }

  /** Returns a message for all who listen, if any do. */
  static OutgoingReport open(Kind kind, String exchange, String routingKey, Message message) {
    return new OutgoingReport(kind, exchange, routingKey, message, false);
  }

  /** Returns a message for one reply queue. */
  static OutgoingReport mandatory(Kind kind, String exchange, String routingKey, Message message) {
    return new OutgoingReport(kind, exchange, routingKey, message, true);
  }

  /** Whether the message is tried until it is published. */
  boolean isKept() {
    return kind == Kind.ORDER || kind == Kind.RESULT;
  }
}
