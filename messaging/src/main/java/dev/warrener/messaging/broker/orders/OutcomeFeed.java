package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;

/**
 * Receives the reports about orders from the stream that keeps them, for whoever can have no reply
 * queue. While one node of a cluster is frozen, RabbitMQ 3.10 makes no queue at the others for up
 * to a minute. Reading a stream that is there needs no node but the own one and the stream's
 * leader. Presence is not in the stream. The connection is kept up; over each new one the reports
 * of the last minute come again. Thread-safe.
 */
public final class OutcomeFeed implements AutoCloseable {
  private static final int PREFETCH = 500;

  /** The time before now at which reading begins, because clocks of hosts differ: one minute. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /** Receives reports, in order; must not block. */
  public interface Listener {
    /** Reports are received from now on, those of the last minute first. */
    void up();

    /** Takes a report about an order. */
    void report(ReceivedReport report);
  }

  private final BrokerAccess access;
  private final Listener listener;
  private final BrokerLink link;

  /** Whether the stream is being read. Written by the link's thread. */
  private volatile boolean isUp;

  /** Prepares the connection; {@link #start} makes it. */
  public OutcomeFeed(BrokerAccess access, Listener listener) {
    this.access = access;
    this.listener = listener;
    this.link = new BrokerLink(access, "outcomes", 1, new LinkOwner());
  }

  private final class LinkOwner implements BrokerLink.Owner {
    @Override
    public void up(LinkSession session) throws IOException {
      if (!session.dialect().keepsOrders()) {
        return;
      }
      var channel = session.channel();
      channel.basicQos(PREFETCH);
      channel.basicConsume(
          access.namespace().outcomesStream(),
          false,
          Map.of(Message.STREAM_OFFSET, Date.from(Instant.now().minus(MARGIN))),
          new Reader(channel, session));
      isUp = true;
      listener.up();
    }

    @Override
    public void down(LinkSession session, String reason, Duration silence) {
      isUp = false;
    }
  }

  private final class Reader extends StreamConsumer {
    private final OutcomeStream stream;

    Reader(Channel channel, LinkSession session) {
      super(channel, session, "the reports about orders");
      this.stream = new OutcomeStream(session, access);
    }

    @Override
    void arrived(Envelope envelope, BasicProperties properties, byte[] body) {
      var message = StreamEnd.Last.of(envelope, properties, body);
      var report = message == null ? null : stream.report(message);
      if (report != null) {
        listener.report(report);
      }
    }
  }

  /** Starts to connect, and stays connected until {@link #close}. A second call does nothing. */
  public void start() {
    link.start();
  }

  /** Returns whether reports are received now. */
  public boolean isUp() {
    return isUp;
  }

  /** Ends the connection. */
  @Override
  public void close() {
    link.close();
  }
}
