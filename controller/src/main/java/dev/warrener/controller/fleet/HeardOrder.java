package dev.warrener.controller.fleet;

import dev.warrener.messaging.order.Order;
import org.jspecify.annotations.Nullable;

/**
 * An order as it reached this controller.
 *
 * @param order what it says
 * @param userId the broker's word for who published it, or null if the message had none
 * @param replyTo where the reports go besides the reports exchange, or null
 */
public record HeardOrder(Order order, @Nullable String userId, @Nullable String replyTo) {}
