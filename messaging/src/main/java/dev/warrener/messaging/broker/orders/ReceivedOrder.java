package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.order.Order;
import org.jspecify.annotations.Nullable;

/** An order as it came from the broker, readable or not. The controller decides about it. */
public sealed interface ReceivedOrder {
  /** Returns the user who published it, checked by the broker; null if the message names none. */
  @Nullable String userId();

  /** Returns the queue that gets the answers, too, besides the reports exchange; or null. */
  @Nullable String replyTo();

  /** Returns its place in the log, or null if it came live. */
  @Nullable Long offset();

  /** An order that could be read. */
  record Decoded(
      Order order, @Nullable String userId, @Nullable String replyTo, @Nullable Long offset)
      implements ReceivedOrder {}

  /**
   * The record of a pulled tripwire, which asks for nothing.
   *
   * @param order the kill that the tripwire stood for, as a dry run: who gave it and why
   */
  record Pulled(
      Order order, @Nullable String userId, @Nullable String replyTo, @Nullable Long offset)
      implements ReceivedOrder {}

  /**
   * A message that is no order of the contract.
   *
   * @param id the order's id, if at least that could be read
   * @param because why the message is none, in a sentence
   */
  record Unreadable(
      @Nullable String id,
      String because,
      @Nullable String userId,
      @Nullable String replyTo,
      @Nullable Long offset)
      implements ReceivedOrder {}
}
