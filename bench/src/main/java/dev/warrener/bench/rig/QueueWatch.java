package dev.warrener.bench.rig;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads from the broker how many tasks wait in a queue: the same measure for all subjects, whatever
 * they say of themselves. What is handed out and not settled doesn't count, so that the end is seen
 * early by at most the look-ahead. Used by one thread.
 */
public final class QueueWatch implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(20);

  private final Channel channel;
  private final String queue;
  private final Runnable check;

  /** How many waited at a time, by {@link System#nanoTime}. */
  public record Look(long nanos, long ready) {}

  /**
   * Watches the broker's queue of that name.
   *
   * @param check is called at each look, and throws if there is no use in waiting any longer
   */
  public QueueWatch(Connection connection, String queue, Runnable check) throws IOException {
    this.channel = connection.createChannel();
    this.queue = queue;
    this.check = check;
  }

  /** Looks now. */
  public Look look() throws IOException {
    check.run();
    long ready = channel.messageCount(queue);
    return new Look(System.nanoTime(), ready);
  }

  /**
   * Looks until at most {@code ready} wait.
   *
   * @throws IOException if that takes too long
   */
  public Look awaitAtMost(long ready, Duration timeout) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      var look = look();
      if (look.ready() <= ready) {
        return look;
      }
      if (look.nanos() > end) {
        throw new IOException(
            look.ready()
                + " tasks still wait in "
                + queue
                + " after "
                + timeout.toSeconds()
                + " s");
      }
      LockSupport.parkNanos(EVERY.toNanos());
    }
  }

  /** How many were taken in a second between two looks. */
  public static double rate(Look from, Look to) {
    return (from.ready() - to.ready()) / ((to.nanos() - from.nanos()) / 1e9);
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
