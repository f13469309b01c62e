package dev.warrener.messaging.broker.orders;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.VouchedUser;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads and records the names of the queues of tasks. AMQP has no list of queues, so a queue that
 * nobody serves is known by its recorded name alone. Whoever makes a queue records its name, once.
 * Names are only added: whether the queue still exists has to be asked. For one thread.
 *
 * @param session the connection to use
 * @param access whose fleet it is
 */
public record QueueNames(LinkSession session, BrokerAccess access) {
  private static final String WHAT = "the list of queues";
  private static final String TYPE = "queue";

  /** How long the broker may take for one name of those that it has. */
  private static final Duration STALLED_AFTER = Duration.ofSeconds(5);

  /**
   * Returns all recorded names.
   *
   * @throws NoSuchQueueException if this broker keeps no names
   * @throws NotAllowedException if the user may not read them
   * @throws BrokerUnreachableException if the broker is lost meanwhile
   */
  public SortedSet<String> read() {
    try {
      var names = new TreeSet<String>();
      if (session.dialect().keepsOrders()) {
        readStream(names);
      } else {
        readQueue(names);
      }
      return names;
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, WHAT);
    }
  }

  private void readStream(SortedSet<String> names) throws IOException {
    var stream = access.namespace().queuesStream();
    var end = StreamEnd.find(session, stream);
    if (end == null) {
      return;
    }
    var reader = StreamReader.open(session, stream, "first");
    long reached = -1;
    while (reached < end.offset()) {
      var next = reader.next();
      if (next == null) {
        throw new IOException("it could be read only up to " + reached + " of " + end.offset());
      }
      reached = next.offset();
      addName(names, next.envelope(), next.properties());
    }
    reader.end();
  }

  /** Reads the queue that a broker without streams has instead. Reading takes nothing out. */
  private void readQueue(SortedSet<String> names) throws IOException {
    var queue = access.namespace().queuesStream();
    var channel = session.channel();
    long count = channel.messageCount(queue);
    var received = new LinkedBlockingQueue<Runnable>();
    channel.basicConsume(
        queue,
        true,
        new DefaultConsumer(channel) {
          @Override
          public void handleDelivery(
              String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            received.add(() -> addName(names, envelope, properties));
          }
        });
    try {
      for (long i = 0; i < count; i++) {
        var next = received.poll(STALLED_AFTER.toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
          throw new IOException("only " + i + " of " + count + " names could be read");
        }
        next.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading names", e);
    }
    channel.abort();
  }

  private void addName(SortedSet<String> names, Envelope envelope, BasicProperties properties) {
    var name = envelope.getRoutingKey();
    var exchanges = Set.of(access.namespace().registryExchange());
    if (TYPE.equals(properties.getType())
        && !VouchedUser.isSentOn(envelope, properties, exchanges)
        && Names.isQueue(name)) {
      names.add(name);
    }
  }

  /**
   * Records those names that are not recorded yet.
   *
   * @throws NoSuchQueueException if this broker keeps no names
   * @throws NotAllowedException if the user may not read or record them
   * @throws BrokerUnreachableException if the broker does not confirm in time, or is lost meanwhile
   */
  public void add(Collection<String> queues) {
    var missing = new LinkedHashSet<>(queues);
    missing.removeAll(read());
    if (missing.isEmpty()) {
      return;
    }
    try {
      var channel = session.channel();
      channel.confirmSelect();
      for (var queue : missing) {
        channel.basicPublish(
            access.namespace().registryExchange(), queue, true, properties(), new byte[0]);
      }
      channel.waitForConfirmsOrDie(access.settings().rpcTimeout().toMillis());
      channel.abort();
    } catch (TimeoutException e) {
      throw new BrokerUnreachableException(
          "the broker at " + access.address() + " has not confirmed the names of queues", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerUnreachableException("interrupted while recording names of queues", e);
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, WHAT);
    }
  }

  private BasicProperties properties() {
    return new BasicProperties.Builder()
        .type(TYPE)
        .userId(access.address().user())
        .timestamp(Date.from(Instant.now()))
        .deliveryMode(2)
        .build();
  }
}
