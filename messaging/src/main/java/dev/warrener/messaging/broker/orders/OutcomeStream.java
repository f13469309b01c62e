package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.VouchedUser;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.ReportKeys;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the stream that keeps the reports about orders, from some time on. */
final class OutcomeStream {
  private static final int PREFETCH = 500;

  /** The time by which reading begins earlier, because the clocks of hosts differ. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /** The longest that reading may stall before the stream's end. Then the reading has failed. */
  private static final Duration STALLED_AFTER = Duration.ofSeconds(5);

  private final LinkSession session;
  private final String stream;

  /** The exchanges to which controllers publish reports. */
  private final Set<String> exchanges;

  OutcomeStream(LinkSession session, BrokerAccess access) {
    this.session = session;
    this.stream = access.namespace().outcomesStream();
    this.exchanges = Set.of(access.namespace().reportsExchange());
  }

  /**
   * Reads all reports since then, oldest first. Left out are those of other versions, those whose
   * routing key belongs to another controller, and those that did not come straight from their
   * sender.
   */
  List<ReceivedReport> read(Instant since) throws IOException {
    var from = since.minus(MARGIN);
    var end = StreamEnd.find(session, stream);
    if (end == null || isOlder(end, from)) {
      return List.of();
    }
    var channel = session.channel();
    channel.basicQos(PREFETCH);
    var reader = new Reader(channel);
    var tag =
        channel.basicConsume(stream, false, Map.of(Message.STREAM_OFFSET, Date.from(from)), reader);
    var reports = new ArrayList<ReceivedReport>();
    long reached = -1;
    while (reached < end.offset()) {
      var next = reader.next();
      if (next == null) {
        throw new IOException(
            "the reports about orders could be read only up to " + reached + " of " + end.offset());
      }
      reached = next.offset();
      var report = report(next);
      if (report != null && !report.report().at().isBefore(from)) {
        reports.add(report);
      }
    }
    channel.basicCancel(tag);
    channel.abort();
    return List.copyOf(reports);
  }

  private boolean isOlder(StreamEnd.Last end, Instant from) {
    var last = report(end);
    return last != null && last.report().at().isBefore(from);
  }

  /** Returns the report that a message of the stream holds, or null if it counts for nothing. */
  @Nullable ReceivedReport report(StreamEnd.Last message) {
    if (VouchedUser.isSentOn(message.envelope(), message.properties(), exchanges)) {
      return null;
    }
    try {
      var report = ContractJson.read(message.body().bytes(), Report.class);
      return new ReceivedReport(
          ReportKeys.require(message.envelope().getRoutingKey(), report),
          message.properties().getUserId());
    } catch (MalformedMessageException | IllegalArgumentException e) {
      return null;
    }
  }

  private static final class Reader extends DefaultConsumer {
    private final BlockingQueue<StreamEnd.Last> messages = new LinkedBlockingQueue<>();

    Reader(Channel channel) {
      super(channel);
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

    StreamEnd.@Nullable Last next() throws IOException {
      try {
        return messages.poll(STALLED_AFTER.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading the reports about orders", e);
      }
    }
  }
}
