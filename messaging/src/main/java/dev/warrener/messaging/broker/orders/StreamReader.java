package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the messages of a stream one after the other, on a channel of its own. */
final class StreamReader extends DefaultConsumer {
  private static final int PREFETCH = 500;

  /** How long reading may stall before the end of the stream before it has failed. */
  private static final Duration STALLED_AFTER = Duration.ofSeconds(5);

  private final BlockingQueue<StreamEnd.Last> messages = new LinkedBlockingQueue<>();

  private StreamReader(Channel channel) {
    super(channel);
  }

  /**
   * Begins to read.
   *
   * @param from where to begin: {@code first}, or a date
   */
  static StreamReader open(LinkSession session, String stream, Object from) throws IOException {
    var channel = session.channel();
    channel.basicQos(PREFETCH);
    var reader = new StreamReader(channel);
    channel.basicConsume(stream, false, Map.of(Message.STREAM_OFFSET, from), reader);
    return reader;
  }

  @Override
  public void handleDelivery(
      String tag, Envelope envelope, BasicProperties properties, byte[] body) throws IOException {
    var message = StreamEnd.Last.of(envelope, properties, body);
    if (message != null) {
      messages.add(message);
    }
    try {
      getChannel().basicAck(envelope.getDeliveryTag(), false);
    } catch (ShutdownSignalException e) {
      throw new IOException(e);
    }
  }

  /** Returns the next message, or null if none has come for some seconds. */
  StreamEnd.@Nullable Last next() throws IOException {
    try {
      return messages.poll(STALLED_AFTER.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading a stream", e);
    }
  }

  /** Ends the reading. */
  void end() throws IOException {
    getChannel().basicCancel(getConsumerTag());
    getChannel().abort();
  }
}
