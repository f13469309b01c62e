package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stream of orders from its beginning to its end, and goes on with the orders that are
 * added. The log is read whole or not at all: its end is known before the reading begins. Whatever
 * comes after that end still bears its place in the log, so that nobody takes it for a broadcast.
 */
final class OrderStream {
  private static final int PREFETCH = 500;

  /** The longest that reading may stall before the log's end. Then the reading has failed. */
  private static final Duration STALLED_AFTER = Duration.ofSeconds(5);

  private final LinkSession session;
  private final OrderReader reader;
  private final String stream;
  private final Consumer<ReceivedOrder> later;

  /** The orders up to the end of the log; null once they were returned. Guarded by this lock. */
  private @Nullable List<ReceivedOrder> log = new ArrayList<>();

  private long reached = -1;

  /** Prepares reading. Orders after the end of the log go to {@code later}. */
  OrderStream(LinkSession session, BrokerAccess access, Consumer<ReceivedOrder> later) {
    this.session = session;
    this.reader = OrderReader.of(access.namespace());
    this.stream = access.namespace().ordersStream();
    this.later = later;
  }

  /** Reads all orders that are in the log now, oldest first. */
  List<ReceivedOrder> read() throws IOException {
    var last = StreamEnd.find(session, stream);
    long end = last == null ? -1 : last.offset();
    var channel = session.channel();
    channel.basicQos(PREFETCH);
    channel.basicConsume(
        stream, false, Map.of(Message.STREAM_OFFSET, "first"), new Reader(channel));
    return awaitEnd(end);
  }

  private synchronized List<ReceivedOrder> awaitEnd(long end) throws IOException {
    long seen = reached;
    long stalledAt = System.nanoTime() + STALLED_AFTER.toNanos();
    while (reached < end) {
      long left = stalledAt - System.nanoTime();
      if (left <= 0 || session.isOver()) {
        throw new IOException(
            "the log of orders could be read only up to " + reached + " of " + end);
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading the log of orders", e);
      }
      if (reached > seen) {
        seen = reached;
        stalledAt = System.nanoTime() + STALLED_AFTER.toNanos();
      }
    }
    var read = log == null ? List.<ReceivedOrder>of() : List.copyOf(log);
    log = null;
    return read;
  }

  private synchronized void take(Envelope envelope, BasicProperties properties, byte[] body) {
    var place = OrderReader.place(properties);
    // The places of a stream follow each other, so one that can't be read is known all the same.
    long offset = place == null ? reached + 1 : place;
    var order = reader.read(envelope, properties, body, offset);
    if (log == null) {
      reached = offset;
      later.accept(order);
      return;
    }
    log.add(order);
    reached = offset;
    notifyAll();
  }

  private final class Reader extends StreamConsumer {
    Reader(Channel channel) {
      super(channel, session, "the log of orders");
    }

    @Override
    void arrived(Envelope envelope, BasicProperties properties, byte[] body) {
      take(envelope, properties, body);
    }
  }
}
