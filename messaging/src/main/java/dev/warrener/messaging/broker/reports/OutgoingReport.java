package dev.warrener.messaging.broker.reports;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import java.util.concurrent.CompletableFuture;

/** Something that a controller says. Its mutable fields are guarded by the reporter's lock. */
final class OutgoingReport {

  /** What it is about, the most urgent first. */
  enum Kind {
    /** A report about an order. */
    ORDER,
    /** How the controller is. */
    PRESENCE,
    /** A task's result. */
    RESULT,
    /** What happened to a task or a worker. */
    EVENT
  }

  final Kind kind;
  final String exchange;
  final String routingKey;
  final Message message;

  /** Whether it is an error that nobody hears it. */
  final boolean mandatory;

  final long saidNanos = System.nanoTime();
  final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();

  int attempts;
  long dueNanos = saidNanos;

  private OutgoingReport(
      Kind kind, String exchange, String routingKey, Message message, boolean mandatory) {
    this.kind = kind;
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.message = message;
    this.mandatory = mandatory;
  }

  /** For whoever listens. */
  static OutgoingReport open(Kind kind, String exchange, String routingKey, Message message) {
    return new OutgoingReport(kind, exchange, routingKey, message, false);
  }

  /** For one reply queue. */
  static OutgoingReport mandatory(Kind kind, String exchange, String routingKey, Message message) {
    return new OutgoingReport(kind, exchange, routingKey, message, true);
  }

  /** Whether it is tried until it is published. */
  boolean isKept() {
    return kind == Kind.ORDER || kind == Kind.RESULT;
  }
}
