package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.VouchedUser;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.task.Body;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads orders from messages. An order that did not come straight from its sender has no user.
 *
 * @param exchanges the exchanges to which orders are published
 */
record OrderReader(Set<String> exchanges) {
  static OrderReader of(Namespace namespace) {
    return new OrderReader(Set.of(namespace.killExchange(), namespace.logExchange()));
  }

  /** Returns the place of a message that a stream delivered, or null if it names none. */
  static @Nullable Long place(BasicProperties properties) {
    return new Message(properties, Body.EMPTY).streamOffset();
  }

  /**
   * Reads one order. It throws nothing: the answer says whether the order could be read.
   *
   * @param offset its place in the log, or null if it was broadcast: what a message that is no
   *     stream's says about that is its publisher's word
   */
  ReceivedOrder read(
      Envelope envelope, BasicProperties properties, byte[] body, @Nullable Long offset) {
    var userId = VouchedUser.of(envelope, properties, exchanges);
    try {
      var order = ContractJson.readOrder(body);
      return TripwireRecord.is(properties, order)
          ? new ReceivedOrder.Pulled(order, userId, properties.getReplyTo(), offset)
          : new ReceivedOrder.Decoded(order, userId, properties.getReplyTo(), offset);
    } catch (MalformedMessageException | IllegalArgumentException e) {
      var because = e.getMessage();
      return new ReceivedOrder.Unreadable(
          idOf(properties, body),
          because == null ? "it can't be read" : because,
          userId,
          properties.getReplyTo(),
          offset);
    }
  }

  private static @Nullable String idOf(BasicProperties properties, byte[] body) {
    if (body.length <= Order.MAX_BYTES) {
      try {
        var id = ContractJson.tree(body).get("id");
        if (id != null && id.isString()) {
          return id.stringValue();
        }
      } catch (MalformedMessageException e) {
        return properties.getMessageId();
      }
    }
    return properties.getMessageId();
  }
}
