package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP;
import io.github.resilience4j.core.IntervalFunction;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection to the broker up. It connects, watches the connection, declares it lost when
 * the broker does not answer in time, and connects again. Each connection has the next generation
 * number. The client's own recovery is off: it would leave stale delivery tags and unanswered
 * publishes behind without notice. The pauses are those of resilience4j, and its {@code Retry} is
 * not used: that ends with the first success, and here each success is a connection that will end.
 *
 * <p>It has two threads. One connects and waits for the end of the connection. The other sends a
 * cheap request to the broker in each interval. Thread-safe; {@link #close} before {@link #start},
 * twice, or at any time is fine.
 */
public final class BrokerLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);
  private static final int CLOSE_MILLIS = 1_000;

  /** Uses the connection. Called on the link's thread unless said otherwise. */
  public interface Owner {
    /**
     * Prepares a new connection. If it throws, the connection is dropped and {@link #down} is not
     * called.
     */
    void up(LinkSession session) throws IOException;

    /** The connection is gone. Its deliveries and publishes are void. */
    void down(LinkSession session, String reason, Duration silence);

    /** The broker blocks publishers on this connection. Called on one of the client's threads. */
    default void blocked(LinkSession session, String reason) {}

    /** The broker accepts publishes again. Called on one of the client's threads. */
    default void unblocked(LinkSession session) {}
  }

  private final BrokerAccess access;
  private final String purpose;
  private final int consumerThreads;
  private final Owner owner;
  private final IntervalFunction backoff;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final Object monitor = new Object();

  // Written by the link's thread, read by all, under the monitor.
  private @Nullable LinkSession current;
  private @Nullable BrokerException failure;
  private boolean started;
  private @Nullable LinkSession connecting;

  public BrokerLink(BrokerAccess access, String purpose, int consumerThreads, Owner owner) {
    this.access = access;
    this.purpose = purpose;
    this.consumerThreads = consumerThreads;
    this.owner = owner;
    var settings = access.settings();
    this.backoff =
        IntervalFunction.ofExponentialRandomBackoff(
            settings.firstBackoff(), 2.0, 0.5, settings.longestBackoff());
    this.thread = new Thread(this::run, "broker-" + purpose + "-link");
    this.thread.setDaemon(true);
  }

  BrokerAccess access() {
    return access;
  }

  /** Starts to connect. Starting twice is fine. */
  public void start() {
    synchronized (monitor) {
      if (!started && closing.getCount() > 0) {
        started = true;
        thread.start();
      }
    }
  }

  /** Returns the session that is up now, or null. */
  @Nullable LinkSession session() {
    synchronized (monitor) {
      return current;
    }
  }

  /**
   * Returns the session that is up now.
   *
   * @throws BrokerUnreachableException if there is none
   */
  public LinkSession requireSession() {
    var session = session();
    if (session == null || session.isOver()) {
      throw new BrokerUnreachableException(
          "there is no connection to the broker at " + access.address(), null);
    }
    return session;
  }

  /**
   * Waits until a session is up.
   *
   * @throws BrokerException as soon as the reason of a failure is one that trying again does not
   *     change (not allowed, not there, a mismatch, a library that does not fit); or when the time
   *     is up, with the last reason
   */
  public void awaitUp(Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    synchronized (monitor) {
      while (current == null) {
        var last = failure;
        if (last instanceof NotAllowedException
            || last instanceof TopologyMismatchException
            || last instanceof NoSuchQueueException
            || last instanceof IncompatibleLibraryException) {
          throw last;
        }
        long left = until - System.nanoTime();
        if (left <= 0 || closing.getCount() == 0) {
          throw last != null
              ? last
              : new BrokerUnreachableException(
                  "the broker at "
                      + access.address()
                      + " can't be reached: it did not answer within "
                      + timeout.toMillis()
                      + " ms",
                  null);
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(monitor, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CancellationException("interrupted while waiting for the broker");
        }
      }
    }
  }

  private void run() {
    long generation = 0;
    int attempt = 0;
    while (closing.getCount() > 0) {
      try {
        generation++;
        serve(generation);
        attempt = 0;
      } catch (BrokerException e) {
        note(e);
      } catch (IOException | RuntimeException e) {
        note(BrokerErrors.ofRequest(e, access, "its connection"));
      } catch (LinkageError e) {
        note(Libraries.incompatible(e));
      } catch (Error e) {
        Errors.tell(e);
        note(new BrokerException(failedBy(e), e));
      }
      attempt++;
      pause(backoff.apply(Math.min(attempt, 30)));
    }
  }

  private String failedBy(Error error) {
    return "the connection to the broker at " + access.address() + " failed by an error: " + error;
  }

  /** Connects and returns at the end of the session. Throws if the session never came up. */
  private void serve(long generation) throws IOException {
    // A node that takes connections and can't be used must not be tried again and again.
    int first = (int) ((generation - 1) % Integer.MAX_VALUE);
    var session =
        new LinkSession(generation, Connecting.open(access, purpose, consumerThreads, first));
    try {
      session
          .connection()
          .addBlockedListener(
              reason -> {
                session.blocked(true);
                LOG.warn("{}: the broker blocks publishers: {}", purpose, reason);
                owner.blocked(session, reason);
              },
              () -> {
                session.blocked(false);
                LOG.info("{}: the broker accepts publishes again", purpose);
                owner.unblocked(session);
              });
      prepare(session);
    } catch (IOException | RuntimeException | Error e) {
      session.lost(BrokerErrors.reason(e));
      session.open().drop("broker-" + purpose);
      throw e;
    }
    String reason = watch(session);
    synchronized (monitor) {
      current = null;
    }
    end(session, reason);
  }

  private void prepare(LinkSession session) throws IOException {
    synchronized (monitor) {
      connecting = session;
    }
    try {
      startWatchdog(session);
      owner.up(session);
      LOG.info("{}: connected to {} at {}", purpose, session.dialect().product(), access.address());
      synchronized (monitor) {
        current = session;
        failure = null;
        monitor.notifyAll();
      }
    } finally {
      synchronized (monitor) {
        connecting = null;
      }
    }
  }

  /** Waits for the end of the session, or declares it lost. Returns the reason. */
  private String watch(LinkSession session) {
    var lostAfter = access.settings().lostAfter();
    var interval = access.settings().watchdogInterval().dividedBy(4);
    while (true) {
      var reason = session.awaitEnd(interval);
      if (reason != null) {
        return reason;
      }
      var silence = session.silence();
      if (closing.getCount() == 0) {
        session.lost("closed");
      } else if (!session.isBlocked() && silence.compareTo(lostAfter) > 0) {
        session.lost("the broker has not answered for " + silence.toMillis() + " ms");
      }
    }
  }

  private void end(LinkSession session, String reason) {
    boolean wanted = closing.getCount() == 0;
    var silence = session.silence();
    if (!wanted) {
      LOG.warn(
          "{}: lost the connection to {} ({}); trying again", purpose, access.address(), reason);
    }
    // A polite end would wait behind a write that hangs.
    boolean polite = wanted && !session.isBlocked();
    if (!polite) {
      session.open().drop("broker-" + purpose);
    }
    try {
      owner.down(session, reason, silence);
    } finally {
      if (polite) {
        session.open().close(CLOSE_MILLIS);
      }
    }
  }

  /**
   * Starts the thread that sends cheap requests on a channel of its own. {@link #watch} judges by
   * the age of the last answer.
   */
  private void startWatchdog(LinkSession session) throws IOException {
    var channel = session.channel();
    var interval = access.settings().watchdogInterval();
    var question = new AMQP.Basic.Qos.Builder().prefetchCount(1).build();
    var watchdog =
        new Thread(
            () -> {
              try {
                do {
                  long asked = BootClock.SYSTEM.nanos();
                  // Not the blocking call: on a blocked connection its time-out is no sign of loss.
                  channel.asyncCompletableRpc(question).get();
                  session.heard(asked);
                } while (session.awaitEnd(interval) == null);
              } catch (IOException | ExecutionException | RuntimeException e) {
                session.lost(BrokerErrors.reason(e));
              } catch (InterruptedException e) {
                session.lost("interrupted");
              } catch (Error e) {
                session.lost(failedBy(e));
                Errors.tell(e);
              }
            },
            "broker-" + purpose + "-watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
  }

  private void note(BrokerException error) {
    BrokerException before;
    synchronized (monitor) {
      before = failure;
      failure = error;
      monitor.notifyAll();
    }
    if (before == null || !String.valueOf(before.getMessage()).equals(error.getMessage())) {
      LOG.warn("{}: {}; trying again", purpose, error.getMessage());
    } else {
      LOG.debug("{}: {}", purpose, error.getMessage());
    }
  }

  private void pause(long millis) {
    try {
      if (closing.await(millis, TimeUnit.MILLISECONDS)) {
        LOG.debug("{}: closed", purpose);
      }
    } catch (InterruptedException e) {
      closing.countDown();
    }
  }

  /** Ends the connection; returns when it is closed, or after a few seconds at most. */
  @Override
  public void close() {
    closing.countDown();
    LinkSession session;
    boolean running;
    synchronized (monitor) {
      session = current != null ? current : connecting;
      running = started;
      monitor.notifyAll();
    }
    if (session != null) {
      session.lost("closed");
    }
    if (running && Thread.currentThread() != thread) {
      try {
        thread.join(CLOSE_MILLIS * 3L);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
