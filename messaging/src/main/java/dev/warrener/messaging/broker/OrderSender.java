package dev.warrener.messaging.broker;

import dev.warrener.messaging.order.Order;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends an operator's orders: to the log first, until it is kept, and then to the controllers that
 * listen now. Thread-safe.
 */
public final class OrderSender implements AutoCloseable {
  private OrderSender() {}

  /**
   * Connects.
   *
   * @throws BrokerUnreachableException if nobody answers there
   * @throws NotAllowedException if user, password or virtual host are refused
   */
  public static OrderSender open(BrokerAccess access) {
    return NotBuilt.yet();
  }

  /** What the broker is. */
  public Dialect dialect() {
    return NotBuilt.yet();
  }

  /**
   * Sends an order, or the same one again. If the log does not take it in half of the time it is
   * signalled all the same, and the receipt says so.
   *
   * @param replyTo a reply queue for the answers besides the reports exchange, or null
   * @param timeout for all of it
   * @throws NotAllowedException if the user may not give orders
   * @throws BrokerUnreachableException if the connection is lost and neither was confirmed
   */
  public OrderReceipt send(Order order, @Nullable String replyTo, Duration timeout) {
    return NotBuilt.yet();
  }

  @Override
  public void close() {}
}
