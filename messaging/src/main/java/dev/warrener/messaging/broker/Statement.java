package dev.warrener.messaging.broker;

import java.util.concurrent.CompletableFuture;

/** Something that a controller says. Its mutable fields are guarded by the reporter's lock. */
final class Statement {

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

  private Statement(
      Kind kind, String exchange, String routingKey, Message message, boolean mandatory) {
    this.kind = kind;
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.message = message;
    this.mandatory = mandatory;
  }

  /** For whoever listens. */
  static Statement open(Kind kind, String exchange, String routingKey, Message message) {
    return new Statement(kind, exchange, routingKey, message, false);
  }

  /** For one reply queue. */
  static Statement mandatory(Kind kind, String exchange, String routingKey, Message message) {
    return new Statement(kind, exchange, routingKey, message, true);
  }

  /** Whether it is tried until it is published. */
  boolean isKept() {
    return kind == Kind.ORDER || kind == Kind.RESULT;
  }
}
