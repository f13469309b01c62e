package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a stream. The broker does not say where a stream ends. So a consumer of its last
 * chunk finds the last message, up to which the stream must then be read. How long the broker takes
 * doesn't matter: see {@link StreamBarrier}.
 */
final class StreamEnd {
  private static final int PREFETCH = 500;

  private StreamEnd() {}

  /**
   * The last message of a stream.
   *
   * @param offset its place in the stream
   * @param envelope the exchange and the routing key that it was published with
   * @param properties its properties and headers
   * @param body its body
   */
  record Last(long offset, Envelope envelope, BasicProperties properties, Body body) {

    /** Returns a message that a stream delivered, or null if it came from no stream. */
    static @Nullable Last of(Envelope envelope, BasicProperties properties, byte[] body) {
      var message = new Message(properties, Body.of(body));
      var offset = message.streamOffset();
      return offset == null ? null : new Last(offset, envelope, properties, message.body());
    }
  }

  /** Returns the last message that is in the stream now, or null if there is none. */
  static @Nullable Last find(LinkSession session, String stream) throws IOException {
    var channel = session.channel();
    channel.basicQos(PREFETCH);
    var chunk = new LastChunk(channel);
    channel.basicConsume(stream, false, Map.of(Message.STREAM_OFFSET, "last"), chunk);
    StreamBarrier.pass(channel, stream, chunk::received);
    channel.abort();
    return chunk.last();
  }

  private static final class LastChunk extends DefaultConsumer {
    private long received;
    private @Nullable Last last;

    LastChunk(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) throws IOException {
      note(Last.of(envelope, properties, body));
      try {
        getChannel().basicAck(envelope.getDeliveryTag(), false);
      } catch (ShutdownSignalException e) {
        // The end was found meanwhile, or the connection is lost.
      }
    }

    private synchronized void note(@Nullable Last message) {
      received++;
      if (message != null) {
        last = message;
      }
    }

    synchronized long received() {
      return received;
    }

    synchronized @Nullable Last last() {
      return last;
    }
  }
}
