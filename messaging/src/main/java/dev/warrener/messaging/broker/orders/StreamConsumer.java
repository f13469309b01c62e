package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.LinkSession;
import java.io.IOException;

/**
 * Reads a stream for as long as a connection lasts. Each message is acknowledged when it was taken.
 * If the broker ends the reading, the connection counts as lost, and a new one begins anew.
 */
abstract class StreamConsumer extends DefaultConsumer {
  private final LinkSession session;
  private final String stream;

  /**
   * Prepares reading.
   *
   * @param channel a channel of the session, for this alone
   * @param stream what the stream keeps, for the reason of a loss
   */
  StreamConsumer(Channel channel, LinkSession session, String stream) {
    super(channel);
    this.session = session;
    this.stream = stream;
  }

  /** Takes a message. */
  abstract void arrived(Envelope envelope, BasicProperties properties, byte[] body);

  @Override
  public void handleDelivery(
      String tag, Envelope envelope, BasicProperties properties, byte[] body) {
    arrived(envelope, properties, body);
    try {
      getChannel().basicAck(envelope.getDeliveryTag(), false);
    } catch (IOException | ShutdownSignalException e) {
      session.lost(BrokerErrors.reason(e));
    }
  }

  @Override
  public void handleCancel(String tag) {
    session.lost("the broker ended the reading of " + stream);
  }

  @Override
  public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
    session.lost(BrokerErrors.reason(cause));
  }
}
