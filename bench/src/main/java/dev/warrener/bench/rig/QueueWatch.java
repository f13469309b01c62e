package dev.warrener.bench.rig;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks the broker how many tasks wait in a queue, which measures every program alike. Delivered
 * tasks are not counted, also if they are not settled yet: so the queue looks empty before the last
 * tasks have run, by at most the prefetch. Used by one thread.
 */
public final class QueueWatch implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(20);

  private final Channel channel;
  private final String queue;
  private final Runnable check;

  /**
   * The number of waiting tasks at one time.
   *
   * @param nanos when the broker answered, by {@link System#nanoTime}
   * @param ready the number of waiting tasks
   */
  public record Look(long nanos, long ready) {}

  /**
   * Watches a queue of the broker.
   *
   * @param check is called before each look, and throws if waiting has become useless
   */
  public QueueWatch(Connection connection, String queue, Runnable check) throws IOException {
    this.channel = connection.createChannel();
    this.queue = queue;
    this.check = check;
  }

  /** Asks the broker now. */
  public Look look() throws IOException {
    check.run();
    long ready = channel.messageCount(queue);
    return new Look(System.nanoTime(), ready);
  }

  /**
   * Asks until at most {@code ready} tasks wait.
   *
   * @throws IOException if more still wait when the time is over
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

  /** Returns the number of tasks that were taken in a second, between two looks. */
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
