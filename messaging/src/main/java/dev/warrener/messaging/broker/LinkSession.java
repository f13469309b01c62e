package dev.warrener.messaging.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warrener.messaging.time.BootClock;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link BrokerLink}, from its beginning to its end. Thread-safe. */
public final class LinkSession {
  private final long generation;
  private final Connecting.Open open;
  private final Dialect dialect;
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final AtomicLong heardNanos = new AtomicLong(BootClock.SYSTEM.nanos());

  /** The last moment at which the session received messages, if it does no more; else null. */
  private volatile @Nullable Long deafSinceNanos;

  private volatile boolean blocked;
  private @Nullable FleetProbe probe;

  public LinkSession(long generation, Connecting.Open open) {
    this.generation = generation;
    this.open = open;
    this.dialect = Dialect.of(open.connection());
    open.connection().addShutdownListener(cause -> lost(BrokerErrors.reason(cause)));
  }

  /** Returns the number of the connection in its link, from 1. */
  public long generation() {
    return generation;
  }

  public Connection connection() {
    return open.connection();
  }

  Connecting.Open open() {
    return open;
  }

  public Dialect dialect() {
    return dialect;
  }

  /** Opens a channel. */
  public Channel channel() throws IOException {
    var channel = open.connection().createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    return channel;
  }

  /** Returns the probe of this connection, which uses one channel. For one thread. */
  public synchronized FleetProbe probe(BrokerAccess access) {
    var made = probe;
    if (made == null) {
      made = new FleetProbe(new Requests(open.connection(), access), dialect);
      probe = made;
    }
    return made;
  }

  /** Ends the session for {@code reason}, if it has not ended yet. Returns at once. */
  public void lost(String reason) {
    end.complete(reason);
  }

  /**
   * Ends the session as {@link #lost} does, because the broker answers and hands over no messages
   * any more.
   *
   * @param sinceNanos the last moment of {@link #clock} at which it did
   */
  public void deaf(String reason, long sinceNanos) {
    deafSinceNanos = sinceNanos;
    lost(reason);
  }

  /** Returns the time in nanoseconds by the clock that tells how long a session is silent. */
  public static long clock() {
    return BootClock.SYSTEM.nanos();
  }

  public boolean isOver() {
    return end.isDone();
  }

  /** Waits for the end, for at most {@code limit}, and returns its reason; null if it goes on. */
  public @Nullable String awaitEnd(Duration limit) {
    try {
      return end.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      return BrokerErrors.reason(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /**
   * Notes that the broker has answered a request that was sent at {@code askedNanos} of {@link
   * BootClock}: the broker goes on while this host is suspended. An answer to an older request
   * changes nothing: one that was held up by an alarm comes when the alarm is over.
   */
  void heard(long askedNanos) {
    heardNanos.accumulateAndGet(askedNanos, Math::max);
  }

  /**
   * Returns how long the broker has not answered: the time since the last answered request, or
   * since the session became {@link #deaf}.
   */
  Duration silence() {
    var deafSince = deafSinceNanos;
    long answered = heardNanos.get();
    return Duration.ofNanos(
        BootClock.SYSTEM.nanos() - (deafSince == null ? answered : Math.min(answered, deafSince)));
  }

  /**
   * Notes whether the connection is blocked: the broker answers nothing on a blocked connection.
   */
  void blocked(boolean blocked) {
    if (!blocked) {
      heard(BootClock.SYSTEM.nanos());
    }
    this.blocked = blocked;
  }

  boolean isBlocked() {
    return blocked;
  }
}
