package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.order.Order;
import org.jspecify.annotations.Nullable;

/**
 * An order as it came from the broker, legible or not. Whether it is obeyed is not decided here.
 */
public sealed interface ReceivedOrder {
  /** The user who published it, as the broker says; null if the message names none. */
  @Nullable String userId();

  /** Where answers are wanted besides the reports exchange, or null. */
  @Nullable String replyTo();

  /** Its place in the log, or null if it came live. */
  @Nullable Long offset();

  /** An order that could be read. */
  record Decoded(
      Order order, @Nullable String userId, @Nullable String replyTo, @Nullable Long offset)
      implements ReceivedOrder {}

  /**
   * A message that is no order of the contract.
   *
   * @param id the order's id, if at least that could be read
   * @param because a sentence that says why not
   */
  record Unreadable(
      @Nullable String id,
      String because,
      @Nullable String userId,
      @Nullable String replyTo,
      @Nullable Long offset)
      implements ReceivedOrder {}
}
