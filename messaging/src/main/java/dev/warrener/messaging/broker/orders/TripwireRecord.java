package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import java.io.IOException;
import java.util.Date;

/**
 * The record of who has pulled the tripwire, and why, in the log of orders. The tripwire is pulled
 * while the broker blocks publishers. RabbitMQ keeps the first message of a connection that it
 * blocks, and puts it into the log when the alarm is over. It does so also if the connection has
 * ended by then.
 *
 * <p>The record is a dry run, so that a controller of an earlier release only answers it.
 */
public final class TripwireRecord {
  /** The type of the message, where an order's is {@code order}. */
  private static final String TYPE = "tripwire";

  /** The longest that closing the connection waits for a broker that blocks and does not answer. */
  private static final int CLOSE_MILLIS = 200;

  private TripwireRecord() {}

  /** Whether a message is such a record. Nothing that asks for something is one. */
  static boolean is(BasicProperties properties, Order order) {
    return TYPE.equals(properties.getType())
        && order.kind() == OrderKind.KILL
        && order.dryRun()
        && order.scope().all();
  }

  /**
   * Hands a record to the broker, without waiting for it to be kept.
   *
   * @param order what the tripwire stood for, as a dry run
   * @throws BrokerException if it can't be handed over
   */
  public static void leave(BrokerAccess access, Order order) {
    // A connection of its own: the broker reads nothing more from one that it has blocked. Without
    // heartbeats, because the broker would notice by them that the connection has ended, and forget
    // what it has read.
    var open = Connecting.openWithoutHeartbeats(access, "tripwire");
    try {
      var channel = open.connection().createChannel();
      if (channel == null) {
        throw new IOException("the broker allows no channel on this connection");
      }
      channel.basicPublish(
          access.namespace().logExchange(),
          "",
          Message.jsonProperties()
              .messageId(order.id())
              .type(TYPE)
              .userId(access.address().user())
              .timestamp(Date.from(order.issuedAt()))
              .build(),
          ContractJson.write(order));
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, "the record of the pulled tripwire");
    } finally {
      open.close(CLOSE_MILLIS);
    }
  }
}
