package dev.warrener.messaging.broker.publishing;

/** What became of a publish. One of four; never silently fine. */
public sealed interface PublishOutcome {
  /** The broker has it, in at least one queue. */
  record Confirmed() implements PublishOutcome {}

  /**
   * The exchange has no queue for the routing key: the message is in no queue.
   *
   * @param exchange that it was published to
   * @param routingKey that it was published with
   */
  record Unroutable(String exchange, String routingKey) implements PublishOutcome {}

  /**
   * Not published: the broker said no, or it was never sent.
   *
   * @param because a sentence
   */
  record Refused(String because) implements PublishOutcome {}

  /**
   * Sent, and nobody knows whether it arrived: the connection was lost, or the time was up, before
   * the broker had answered. Publishing it again with the same id is safe.
   *
   * @param because a sentence
   */
  record Unknown(String because) implements PublishOutcome {}
}
