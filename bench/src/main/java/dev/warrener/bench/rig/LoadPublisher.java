package dev.warrener.bench.rig;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes persistent messages with confirms, the same way for every measured program. Used by one
 * thread.
 */
public final class LoadPublisher implements AutoCloseable {
  /** The most messages that may be unconfirmed. */
  public static final int WINDOW = 500;

  private static final long PATIENCE_SECONDS = 60;

  private final Channel channel;
  private final Semaphore window = new Semaphore(WINDOW);
  private final NavigableSet<Long> unconfirmed = new ConcurrentSkipListSet<>();
  private volatile boolean refused;

  /** A message to publish. */
  public record Parcel(BasicProperties properties, Body body) {}

  /** Makes each message just before it is published. */
  public interface Source {
    /** Returns the message with this number, counted from 0. */
    Parcel parcel(long number);
  }

  /** Opens a channel for publishing. */
  public LoadPublisher(Connection connection) throws IOException {
    channel = connection.createChannel();
    channel.confirmSelect();
    channel.addConfirmListener(
        this::confirmed,
        (_, _) -> {
          refused = true;
          window.release(WINDOW);
        });
  }

  /** Called by the connection's thread only. */
  private void confirmed(long tag, boolean multiple) {
    if (multiple) {
      var upTo = unconfirmed.headSet(tag, true);
      int count = upTo.size();
      upTo.clear();
      window.release(count);
    } else if (unconfirmed.remove(tag)) {
      window.release();
    }
  }

  /**
   * Publishes {@code count} messages as fast as the broker confirms them.
   *
   * @return when the first message was published, by {@link System#nanoTime}
   * @throws IOException if the broker refuses a message, or confirms nothing for a minute
   */
  public long publish(String exchange, String key, long count, Source source)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    for (long i = 0; i < count; i++) {
      acquire(1);
      var parcel = source.parcel(i);
      unconfirmed.add(channel.getNextPublishSeqNo());
      channel.basicPublish(exchange, key, parcel.properties(), parcel.body().bytes());
    }
    acquire(WINDOW);
    window.release(WINDOW);
    return begin;
  }

  private void acquire(int permits) throws IOException, InterruptedException {
    if (!window.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the broker has confirmed nothing for " + PATIENCE_SECONDS + " s");
    }
    if (refused) {
      throw new IOException("the broker refused a message");
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } catch (TimeoutException e) {
      throw new IOException("the channel does not close", e);
    }
  }
}
