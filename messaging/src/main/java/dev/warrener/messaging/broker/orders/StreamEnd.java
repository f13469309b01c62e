package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a stream. The broker does not say where a stream ends, and an empty stream looks
 * like a slow one. So a consumer of the last chunk finds the last message, up to which the stream
 * must then be read. A stream whose last chunk stays empty for a while counts as empty.
 */
final class StreamEnd {
  private static final int PREFETCH = 500;

  /** How long the last chunk's messages may be apart. */
  private static final Duration CHUNK_GAP = Duration.ofMillis(50);

  /** How long no message may arrive before a stream counts as empty. */
  private static final Duration EMPTY_AFTER = Duration.ofMillis(500);

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
    long asked = System.nanoTime();
    var tag = channel.basicConsume(stream, false, Map.of(Message.STREAM_OFFSET, "last"), chunk);
    // A broker that takes long for one answer takes long for the next thing, too.
    var patience = Duration.ofNanos(4 * (System.nanoTime() - asked));
    Last last = null;
    var limit = patience.compareTo(EMPTY_AFTER) > 0 ? patience : EMPTY_AFTER;
    for (var next = chunk.next(limit); next != null; next = chunk.next(CHUNK_GAP)) {
      last = next;
    }
    channel.basicCancel(tag);
    channel.abort();
    return last;
  }

  private static final class LastChunk extends DefaultConsumer {
    private final BlockingQueue<Last> messages = new LinkedBlockingQueue<>();

    LastChunk(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      var message = Last.of(envelope, properties, body);
      if (message != null) {
        messages.add(message);
      }
    }

    @Nullable Last next(Duration limit) throws IOException {
      try {
        return messages.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading a stream", e);
      }
    }
  }
}
