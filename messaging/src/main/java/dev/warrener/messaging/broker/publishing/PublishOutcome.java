package dev.warrener.messaging.broker.publishing;

/** The outcome of a publish. */
public sealed interface PublishOutcome {
  /** The broker has the message in at least one queue. */
  record Confirmed() implements PublishOutcome {}

  /**
   * The exchange has no queue for the routing key: the message is in no queue.
   *
   * @param exchange the exchange that it was published to
   * @param routingKey the routing key that it was published with
   */
  record Unroutable(String exchange, String routingKey) implements PublishOutcome {}

  /**
   * The message was not published: the broker refused it, or it was never sent.
   *
   * @param because why, in a sentence
   * @param byBroker whether the broker itself has refused it
   */
  record Refused(String because, boolean byBroker) implements PublishOutcome {
    /** Creates the outcome of a message that was not sent. */
    public Refused(String because) {
      this(because, false);
    }
  }

  /**
   * The message was not published and never can be: it is too large for the broker, or the broker
   * or the client refuses something in it.
   *
   * @param because why, in a sentence
   */
  record Unpublishable(String because) implements PublishOutcome {}

  /**
   * The message was sent, and may have arrived: the connection was lost, or the time was up, before
   * the broker answered. Publishing it again with the same id makes a second copy at worst.
   *
   * @param because why, in a sentence
   */
  record Unknown(String because) implements PublishOutcome {}
}
