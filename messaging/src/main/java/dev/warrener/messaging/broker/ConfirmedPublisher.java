package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.task.Task;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes over a connection of its own, confirmed and mandatory, with a bounded window. Messages
 * that were cut off by a lost connection are published again on the next one, with the same id,
 * until their time is up: consumers drop the duplicate.
 *
 * <p>Thread-safe. The futures complete on one thread of the publisher: a callback that blocks
 * delays the others. One thread writes, and looks after what has waited too long; what is
 * outstanding is kept here, since the client forgets it when a connection is lost.
 */
public final class ConfirmedPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfirmedPublisher.class);

  /** A message that was cut off this often may be what breaks the connection. */
  private static final int MOST_CUTS = 5;

  /** The embedded broker says no first, and then returns the message: how long that may take. */
  private static final long RETURN_NANOS = Duration.ofMillis(500).toNanos();

  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

  /** Hears of the connection. Must not block. */
  public interface Listener {
    /** A connection is up. */
    default void up(long generation, Dialect dialect) {}

    /** The connection is gone; another one is tried. */
    default void down(long generation, String reason) {}

    /** The broker takes no publishes: a memory or disk alarm. */
    default void blocked(String reason) {}

    /** The broker takes publishes again. */
    default void unblocked() {}
  }

  private final PublisherSettings settings;
  private final Listener listener;
  private final BrokerLink link;
  private final SingleThread completions = new SingleThread("publisher-completions");
  private final Thread writer;

  // All below is read and written under this monitor, but for the channel's own calls.
  private final Object monitor = new Object();
  private final Deque<Publication> waiting = new ArrayDeque<>();
  private final TreeMap<Long, Publication> outstanding = new TreeMap<>();
  private final List<Publication> refused = new ArrayList<>();
  private int held;
  private long heldBytes;
  private @Nullable LinkSession session;
  private @Nullable Channel channel;
  private @Nullable String blocked;
  private boolean started;
  private boolean closed;

  /** Prepares the connection; {@link #start} makes it. */
  public ConfirmedPublisher(BrokerAccess access, PublisherSettings settings, Listener listener) {
    this.settings = settings;
    this.listener = listener;
    link = new BrokerLink(access, "publisher", 1, new Owner());
    writer = Connecting.daemon("broker-publisher-writer").newThread(this::write);
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {
    synchronized (monitor) {
      if (started || closed) {
        return;
      }
      started = true;
    }
    link.start();
    writer.start();
  }

  /**
   * Waits until a connection is up.
   *
   * @throws BrokerUnreachableException if none is up in time, with the last attempt's reason
   * @throws NotAllowedException as soon as the broker refuses user, password or virtual host
   */
  public void awaitUp(Duration timeout) {
    link.awaitUp(timeout);
  }

  /**
   * Publishes a task to its queue.
   *
   * @see #publish(String, String, Message)
   */
  public CompletableFuture<PublishOutcome> publish(Task task) {
    var stamped =
        task.publishedAt() == null ? task.toBuilder().publishedAt(Instant.now()).build() : task;
    return publish(
        link.access().namespace().tasksExchange(), task.queue(), TaskCodec.encode(stamped));
  }

  /**
   * Publishes. Blocks while the window is full, for at most the settings' timeout: then, or when
   * closed, the outcome is {@link PublishOutcome.Refused}. The future always completes, by the
   * timeout at the latest, and never exceptionally.
   */
  public CompletableFuture<PublishOutcome> publish(
      String exchange, String routingKey, Message message) {
    return add(exchange, routingKey, message, settings.timeout());
  }

  /** As {@link #publish(String, String, Message)}, but refused at once if the window is full. */
  public CompletableFuture<PublishOutcome> tryPublish(
      String exchange, String routingKey, Message message) {
    return add(exchange, routingKey, message, Duration.ZERO);
  }

  private CompletableFuture<PublishOutcome> add(
      String exchange, String routingKey, Message message, Duration patience) {
    long now = System.nanoTime();
    var publication =
        new Publication(exchange, routingKey, message, now + settings.timeout().toNanos());
    long until = now + patience.toNanos();
    synchronized (monitor) {
      while (!closed && isFull(publication)) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return done(
              new PublishOutcome.Refused(
                  held
                      + " messages wait for the broker already"
                      + (blocked == null
                          ? ""
                          : ", which takes no publishes now (" + blocked + ")")));
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(monitor, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return done(new PublishOutcome.Refused("interrupted while waiting to publish"));
        }
      }
      if (closed) {
        return done(new PublishOutcome.Refused("the publisher is closed"));
      }
      held++;
      heldBytes += publication.bytes();
      waiting.addLast(publication);
      monitor.notifyAll();
    }
    return publication.outcome;
  }

  private boolean isFull(Publication next) {
    return held >= settings.window()
        || (held > 0 && heldBytes + next.bytes() > settings.windowBytes());
  }

  private static CompletableFuture<PublishOutcome> done(PublishOutcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }

  /** The number of messages that wait for an answer. */
  public int outstanding() {
    synchronized (monitor) {
      return held;
    }
  }

  /** Waits until nothing is outstanding; false if that was not so in time. */
  public boolean flush(Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    synchronized (monitor) {
      while (held > 0) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(monitor, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }

  // The writer.

  private void write() {
    try {
      while (true) {
        Publication next = null;
        Channel on;
        LinkSession without = null;
        synchronized (monitor) {
          while (!closed && !needsChannel() && (waiting.isEmpty() || !canSend())) {
            giveUpOld();
            TimeUnit.NANOSECONDS.timedWait(monitor, LOOK_NANOS);
          }
          if (closed) {
            return;
          }
          giveUpOld();
          on = channel;
          if (on == null) {
            without = session;
          } else if (canSend()) {
            next = waiting.pollFirst();
            if (next != null) {
              next.sent = true;
              outstanding.put(on.getNextPublishSeqNo(), next);
            }
          }
        }
        if (without != null) {
          open(without);
        }
        if (on != null && next != null) {
          send(on, next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean needsChannel() {
    return channel == null && session != null && !session.isOver();
  }

  private boolean canSend() {
    return blocked == null && channel != null && channel.isOpen();
  }

  /** Outside the monitor: it may hang while the broker reads nothing. */
  private void send(Channel on, Publication publication) {
    try {
      var dialect = dialect();
      on.basicPublish(
          publication.exchange,
          publication.routingKey,
          true,
          dialect == null
              ? publication.message.properties()
              : dialect.outgoing(publication.message.properties()),
          publication.message.body().bytes());
    } catch (IOException | ShutdownSignalException e) {
      LOG.debug("a publish was cut off: {}", BrokerErrors.reason(e));
      cutOff(on, cause(e));
    }
  }

  private static @Nullable ShutdownSignalException cause(Exception e) {
    if (e instanceof ShutdownSignalException shutdown) {
      return shutdown;
    }
    return e.getCause() instanceof ShutdownSignalException shutdown ? shutdown : null;
  }

  private @Nullable Dialect dialect() {
    synchronized (monitor) {
      return session == null ? null : session.dialect();
    }
  }

  /** Under the monitor. */
  private void giveUpOld() {
    long now = System.nanoTime();
    giveUp(
        waiting,
        publication -> now - publication.deadlineNanos >= 0,
        publication ->
            publication.sent
                ? new PublishOutcome.Unknown(
                    "the connection was lost before the broker had answered")
                : new PublishOutcome.Refused(
                    "it could not be sent within "
                        + settings.timeout().toMillis()
                        + " ms: "
                        + (blocked == null
                            ? "there is no connection to the broker"
                            : "the broker takes no publishes now (" + blocked + ")")));
    giveUp(
        outstanding.values(),
        publication -> now - publication.deadlineNanos >= 0,
        publication ->
            new PublishOutcome.Unknown(
                "the broker did not confirm it within "
                    + settings.timeout().toMillis()
                    + " ms"
                    + (blocked == null ? "" : ": it takes no publishes now (" + blocked + ")")));
    giveUp(
        refused,
        publication -> now - publication.refusedNanos > RETURN_NANOS,
        publication -> new PublishOutcome.Refused("the broker refused it"));
  }

  private interface Verdict {
    PublishOutcome of(Publication publication);
  }

  private void giveUp(
      Collection<Publication> among, Predicate<Publication> which, Verdict verdict) {
    for (var iterator = among.iterator(); iterator.hasNext(); ) {
      var publication = iterator.next();
      if (which.test(publication)) {
        iterator.remove();
        conclude(publication, verdict.of(publication));
      }
    }
  }

  /** Under the monitor. */
  private void conclude(Publication publication, PublishOutcome outcome) {
    held--;
    heldBytes -= publication.bytes();
    monitor.notifyAll();
    completions.execute(() -> publication.outcome.complete(outcome));
  }

  // What the broker says.

  private void confirmed(Channel from, long number, boolean multiple) {
    synchronized (monitor) {
      if (!from.equals(channel)) {
        return;
      }
      for (var publication : take(number, multiple)) {
        conclude(publication, new PublishOutcome.Confirmed());
      }
    }
  }

  private void refused(Channel from, long number, boolean multiple) {
    synchronized (monitor) {
      if (!from.equals(channel)) {
        return;
      }
      for (var publication : take(number, multiple)) {
        publication.refusedNanos = System.nanoTime();
        refused.add(publication);
      }
    }
  }

  private List<Publication> take(long number, boolean multiple) {
    if (!multiple) {
      var one = outstanding.remove(number);
      return one == null ? List.of() : List.of(one);
    }
    var head = outstanding.headMap(number, true);
    var all = List.copyOf(head.values());
    head.clear();
    return all;
  }

  private void returned(
      Channel from, String exchange, String routingKey, AMQP.BasicProperties properties) {
    synchronized (monitor) {
      if (!from.equals(channel)) {
        return;
      }
      Predicate<Publication> isIt =
          publication -> publication.isReturned(exchange, routingKey, properties.getMessageId());
      var among = outstanding.values().stream().anyMatch(isIt) ? outstanding.values() : refused;
      for (var iterator = among.iterator(); iterator.hasNext(); ) {
        var publication = iterator.next();
        if (isIt.test(publication)) {
          iterator.remove();
          conclude(publication, new PublishOutcome.Unroutable(exchange, routingKey));
          return;
        }
      }
    }
  }

  /**
   * The channel or its connection has ended: what is outstanding goes out again, but for culprits.
   */
  private void cutOff(Channel from, @Nullable ShutdownSignalException cause) {
    synchronized (monitor) {
      if (!from.equals(channel)) {
        return;
      }
      channel = null;
      var cut = List.copyOf(outstanding.values());
      outstanding.clear();
      for (int i = cut.size() - 1; i >= 0; i--) {
        var publication = cut.get(i);
        publication.cuts++;
        var refusal = cause == null ? null : refusal(publication, cause);
        if (refusal != null) {
          conclude(publication, new PublishOutcome.Refused(refusal));
        } else if (publication.cuts >= MOST_CUTS) {
          conclude(
              publication,
              new PublishOutcome.Unknown(
                  "the connection was lost "
                      + MOST_CUTS
                      + " times before the broker had answered"));
        } else {
          waiting.addFirst(publication);
        }
      }
      monitor.notifyAll();
    }
  }

  /** Why the broker ended the channel, if it was for this message. */
  private @Nullable String refusal(Publication publication, ShutdownSignalException cause) {
    var text = BrokerErrors.replyText(cause);
    return switch (BrokerErrors.replyCode(cause)) {
      case AMQP.NOT_FOUND ->
          text.contains("'" + publication.exchange + "'")
              ? "there is no exchange "
                  + publication.exchange
                  + ": is there a fleet of this namespace at this broker?"
              : null;
      case AMQP.ACCESS_REFUSED ->
          text.contains("'" + publication.exchange + "'")
              ? "user "
                  + link.access().address().user()
                  + " may not publish to "
                  + publication.exchange
                  + ": ask the broker's administrator for the right"
              : null;
      case AMQP.PRECONDITION_FAILED ->
          text.contains("message size " + publication.bytes() + " ")
              ? "it has "
                  + publication.bytes()
                  + " bytes, more than the broker takes (it said: "
                  + text
                  + ")"
              : null;
      default -> null;
    };
  }

  /** By the writer alone and outside the monitor: the client's threads need that for the answer. */
  private void open(LinkSession current) {
    try {
      var fresh = current.channel();
      fresh.addConfirmListener(
          new ConfirmListener() {
            @Override
            public void handleAck(long number, boolean multiple) {
              confirmed(fresh, number, multiple);
            }

            @Override
            public void handleNack(long number, boolean multiple) {
              refused(fresh, number, multiple);
            }
          });
      fresh.addReturnListener((code, text, exchange, key, properties, body) ->
          returned(fresh, exchange, key, properties));
      fresh.confirmSelect();
      synchronized (monitor) {
        if (current.equals(session)) {
          channel = fresh;
        }
      }
      fresh.addShutdownListener(cause -> cutOff(fresh, cause));
    } catch (IOException | ShutdownSignalException e) {
      current.lost(BrokerErrors.reason(e));
    }
  }

  private final class Owner implements BrokerLink.Owner {
    @Override
    public void up(LinkSession fresh) {
      synchronized (monitor) {
        session = fresh;
        blocked = null;
        monitor.notifyAll();
      }
      listener.up(fresh.generation(), fresh.dialect());
    }

    @Override
    public void down(LinkSession gone, String reason, Duration silence) {
      Channel last;
      synchronized (monitor) {
        last = channel;
        session = null;
        blocked = null;
      }
      if (last != null) {
        cutOff(last, null);
      }
      listener.down(gone.generation(), reason);
    }

    @Override
    public void blocked(LinkSession of, String reason) {
      synchronized (monitor) {
        blocked = reason;
      }
      listener.blocked(reason);
    }

    @Override
    public void unblocked(LinkSession of) {
      synchronized (monitor) {
        blocked = null;
        monitor.notifyAll();
      }
      listener.unblocked();
    }
  }

  /** Closes at once. What is outstanding is unknown, or refused if it was not sent. */
  @Override
  public void close() {
    synchronized (monitor) {
      if (closed) {
        return;
      }
      closed = true;
      giveUp(
          waiting,
          publication -> true,
          publication ->
              publication.sent
                  ? new PublishOutcome.Unknown("the publisher was closed")
                  : new PublishOutcome.Refused("the publisher was closed"));
      giveUp(
          outstanding.values(),
          publication -> true,
          publication -> new PublishOutcome.Unknown("the publisher was closed"));
      giveUp(
          refused,
          publication -> true,
          publication -> new PublishOutcome.Refused("the broker refused it"));
      channel = null;
      monitor.notifyAll();
    }
    link.close();
    completions.close(Duration.ofSeconds(1));
  }
}
