package dev.warrener.messaging.broker.publishing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.task.Task;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes over a connection of its own, confirmed and mandatory, with a bounded window. Messages
 * that were cut off by a lost connection are published again on the next one, with the same id,
 * until their time is up: consumers drop the duplicate.
 *
 * <p>Thread-safe. The futures complete on one thread of the publisher: a callback that blocks
 * delays the others.
 *
 * <p>Callers only queue; one thread writes to the socket, which hangs while the broker takes no
 * publishes; another watches the clock, so that every outcome is known by its deadline. One lock
 * guards the queues; it is held over no write and no callback. When the broker closes the channel
 * because of a message (too large, no such exchange, no right), it doesn't say which: those that
 * were underway are sent again one at a time, and the one that was alone when it happens again is
 * refused.
 */
public final class ConfirmedPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfirmedPublisher.class);
  private static final long TICK_MILLIS = 50;
  private static final Duration RETURN_AFTER_NACK = Duration.ofMillis(200);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  /** Hears of the connection. Called on the publisher's own thread; must not block. */
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

  private final BrokerAccess access;
  private final PublisherSettings settings;
  private final Listener listener;
  private final BrokerLink link;
  private final PublishWindow window;
  private final SerialExecutor completions = new SerialExecutor("broker-publisher-outcomes");
  private final Thread writer;
  private final Thread clock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  // Guarded by the lock.
  private final Deque<Publish> urgent = new ArrayDeque<>();
  private final Deque<Publish> waiting = new ArrayDeque<>();
  private final TreeMap<Long, Publish> underway = new TreeMap<>();
  private final Deque<Publish> nacked = new ArrayDeque<>();
  private @Nullable LinkSession session;
  private @Nullable Channel channel;
  private @Nullable String blocked;
  private String away = "it has not been reached yet";
  private boolean started;
  private boolean closed;

  /** Prepares the connection; {@link #start} makes it. */
  public ConfirmedPublisher(BrokerAccess access, PublisherSettings settings, Listener listener) {
    this.access = access;
    this.settings = settings;
    this.listener = listener;
    this.window = new PublishWindow(settings.window(), settings.windowBytes());
    this.link = new BrokerLink(access, "publisher", 1, new LinkOwner());
    this.writer = Connecting.daemon("broker-publisher-writer").newThread(this::write);
    this.clock = Connecting.daemon("broker-publisher-clock").newThread(this::watchDeadlines);
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {
    lock.lock();
    try {
      if (started || closed) {
        return;
      }
      started = true;
    } finally {
      lock.unlock();
    }
    writer.start();
    clock.start();
    link.start();
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
   * @throws IllegalArgumentException if the task can't be written, as {@link TaskCodec#encode}
   * @see #publish(String, String, Message)
   */
  public CompletableFuture<PublishOutcome> publish(Task task) {
    var stamped =
        task.publishedAt() == null ? task.toBuilder().publishedAt(Instant.now()).build() : task;
    return publish(access.namespace().tasksExchange(), task.queue(), TaskCodec.encode(stamped));
  }

  /**
   * Publishes. Blocks while the window is full, for at most the settings' timeout: then, or when
   * closed, the outcome is {@link PublishOutcome.Refused}. The future always completes, by the
   * timeout at the latest, and never exceptionally.
   */
  public CompletableFuture<PublishOutcome> publish(
      String exchange, String routingKey, Message message) {
    var publish = new Publish(exchange, routingKey, message, true, settings.timeout());
    return enter(publish, settings.timeout());
  }

  /** As {@link #publish(String, String, Message)}, but refused at once if the window is full. */
  public CompletableFuture<PublishOutcome> tryPublish(
      String exchange, String routingKey, Message message) {
    var publish = new Publish(exchange, routingKey, message, true, settings.timeout());
    return enter(publish, Duration.ZERO);
  }

  private CompletableFuture<PublishOutcome> enter(Publish publish, Duration patience) {
    try {
      if (!window.enter(publish.size(), patience)) {
        publish.outcome.complete(
            new PublishOutcome.Refused(
                "not sent: " + window.messages() + " messages wait for the broker" + whyNow()));
        return publish.outcome;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      publish.outcome.complete(new PublishOutcome.Refused("not sent: interrupted"));
      return publish.outcome;
    }
    add(publish, false);
    return publish.outcome;
  }

  /** Publishes without waiting for room; urgent ones go before those that wait. */
  public CompletableFuture<PublishOutcome> force(Publish publish, boolean isUrgent) {
    window.force(publish.size());
    add(publish, isUrgent);
    return publish.outcome;
  }

  private void add(Publish publish, boolean isUrgent) {
    lock.lock();
    try {
      if (!closed) {
        (isUrgent ? urgent : waiting).addLast(publish);
        work.signalAll();
        return;
      }
    } finally {
      lock.unlock();
    }
    window.leave(publish.size());
    publish.outcome.complete(new PublishOutcome.Refused("not sent: the publisher is closed"));
  }

  /** Why nothing goes out now, as the end of a sentence; empty if it does. */
  private String whyNow() {
    lock.lock();
    try {
      if (blocked != null) {
        return ", which takes no publishes now (" + blocked + ")";
      }
      return session == null ? "; " + away : "";
    } finally {
      lock.unlock();
    }
  }

  /** The number of messages that wait for an answer. */
  public int outstanding() {
    return window.messages();
  }

  /** Why the broker takes no publishes now, or null if it takes them. */
  public @Nullable String blockedReason() {
    lock.lock();
    try {
      return blocked;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nothing is outstanding and every future has completed; false if that was not so in
   * time.
   */
  public boolean flush(Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    try {
      return window.awaitEmpty(timeout)
          && completions.awaitIdle(Duration.ofNanos(until - System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  // The connection.

  private final class LinkOwner implements BrokerLink.Owner {
    @Override
    public void up(LinkSession up) {
      lock.lock();
      try {
        session = up;
        channel = null;
        blocked = null;
        work.signalAll();
      } finally {
        lock.unlock();
      }
      completions.execute(() -> listener.up(up.generation(), up.dialect()));
    }

    @Override
    public void down(LinkSession down, String reason, Duration silence) {
      lock.lock();
      try {
        session = null;
        blocked = null;
        away = "the connection was lost: " + reason;
        abandonChannel(false);
      } finally {
        lock.unlock();
      }
      completions.execute(() -> listener.down(down.generation(), reason));
    }

    @Override
    public void blocked(LinkSession on, String reason) {
      lock.lock();
      try {
        blocked = reason;
      } finally {
        lock.unlock();
      }
      completions.execute(() -> listener.blocked(reason));
    }

    @Override
    public void unblocked(LinkSession on) {
      lock.lock();
      try {
        blocked = null;
        work.signalAll();
      } finally {
        lock.unlock();
      }
      completions.execute(listener::unblocked);
    }
  }

  /**
   * Puts what was underway back to where it waits, in order, before the rest. The lock is held.
   *
   * @param suspects whether one of them is why
   */
  private void abandonChannel(boolean suspects) {
    channel = null;
    nacked.forEach(publish -> finish(publish, refusedByNack()));
    nacked.clear();
    var cut = new ArrayList<>(underway.values());
    underway.clear();
    for (int i = cut.size() - 1; i >= 0; i--) {
      var publish = cut.get(i);
      publish.returned = false;
      publish.suspect |= suspects;
      waiting.addFirst(publish);
    }
    work.signalAll();
  }

  private void channelClosed(Channel on, ShutdownSignalException cause) {
    lock.lock();
    try {
      if (!Objects.equals(on, channel)) {
        return;
      }
      boolean accused = BrokerErrors.accusesMessage(cause);
      if (accused && underway.size() == 1) {
        underway
            .values()
            .forEach(
                culprit -> finish(culprit, new PublishOutcome.Refused(sentence(culprit, cause))));
        underway.clear();
        abandonChannel(false);
      } else {
        abandonChannel(accused);
      }
    } finally {
      lock.unlock();
    }
  }

  private String sentence(Publish publish, ShutdownSignalException cause) {
    var error = BrokerErrors.ofRequest(cause, access, "the exchange " + publish.exchange);
    return BrokerErrors.replyCode(cause) == AMQP.PRECONDITION_FAILED
        ? "the broker refused a message of "
            + publish.message.body()
            + ": "
            + BrokerErrors.replyText(cause)
        : String.valueOf(error.getMessage());
  }

  // Writing.

  private void write() {
    while (true) {
      Publish next;
      Channel on;
      LinkSession over;
      lock.lock();
      try {
        while (!closed && !canWrite()) {
          work.awaitUninterruptibly();
        }
        over = session;
        if (closed || over == null) {
          if (closed) {
            return;
          }
          continue;
        }
        on = channel;
        next = on == null ? null : take(on);
      } finally {
        lock.unlock();
      }
      if (next == null || on == null) {
        openChannel(over);
      } else {
        send(over, on, next);
      }
    }
  }

  /** The lock is held. */
  private boolean canWrite() {
    return session != null
        && !session.isOver()
        && blocked == null
        && !next().isEmpty()
        && (underway.isEmpty() || !(isSuspectWaiting() || isSuspectUnderway()));
  }

  /** Where the next message is; empty if there is none. The lock is held. */
  private Deque<Publish> next() {
    return urgent.isEmpty() || isSuspectWaiting() ? waiting : urgent;
  }

  /** Suspects go first, and each alone. The lock is held. */
  private boolean isSuspectWaiting() {
    var first = waiting.peekFirst();
    return first != null && first.suspect;
  }

  /** The lock is held. */
  private boolean isSuspectUnderway() {
    return underway.values().iterator().next().suspect;
  }

  /** The lock is held. */
  private Publish take(Channel on) {
    var next = next().removeFirst();
    next.written = true;
    underway.put(on.getNextPublishSeqNo(), next);
    return next;
  }

  private void openChannel(LinkSession over) {
    try {
      var opened = over.channel();
      opened.addConfirmListener(
          (tag, multiple) -> answered(opened, tag, multiple, true),
          (tag, multiple) -> answered(opened, tag, multiple, false));
      opened.addReturnListener(returned -> returned(opened, returned));
      opened.confirmSelect();
      lock.lock();
      try {
        if (session == over) {
          channel = opened;
        }
      } finally {
        lock.unlock();
      }
      opened.addShutdownListener(cause -> channelClosed(opened, cause));
    } catch (IOException | ShutdownSignalException e) {
      over.lost(BrokerErrors.reason(e));
      pauseForLoss(over);
    }
  }

  /**
   * The session is over as soon as the link has noticed; until then there is nothing to write to.
   */
  private static void pauseForLoss(LinkSession over) {
    over.awaitEnd(Duration.ofSeconds(1));
  }

  private void send(LinkSession over, Channel on, Publish next) {
    try {
      on.basicPublish(
          next.exchange,
          next.routingKey,
          next.mandatory,
          over.dialect().outgoing(next.message.properties()),
          next.message.body().bytes());
    } catch (ShutdownSignalException | IOException e) {
      var cause = on.getCloseReason();
      if (cause == null) {
        over.lost(BrokerErrors.reason(e));
        cause = new ShutdownSignalException(true, false, null, on);
      }
      // Perhaps before the channel's own listener has come to it: the first to come does it.
      channelClosed(on, cause);
    } catch (RuntimeException e) {
      // The client itself refuses it, such as for headers that fit in no frame. It has counted it
      // all
      // the same, so this channel's numbers are no longer the broker's.
      lock.lock();
      try {
        underway.values().remove(next);
        finish(
            next,
            new PublishOutcome.Refused("the message can't be sent: " + BrokerErrors.reason(e)));
        abandonChannel(false);
      } finally {
        lock.unlock();
      }
      closeInBackground(on);
    }
  }

  private static void closeInBackground(Channel on) {
    Connecting.daemon("broker-publisher-drop")
        .newThread(() -> {
          try {
            on.abort();
          } catch (IOException | ShutdownSignalException e) {
            LOG.debug("publisher: {}", BrokerErrors.reason(e));
          }
        })
        .start();
  }

  // Answers. Called on the connection's reader thread.

  private void answered(Channel on, long tag, boolean multiple, boolean acknowledged) {
    lock.lock();
    try {
      if (!Objects.equals(on, channel)) {
        return;
      }
      if (!multiple) {
        var publish = underway.remove(tag);
        if (publish != null) {
          answered(publish, acknowledged);
        }
      } else {
        var head = underway.headMap(tag, true);
        var answered = List.copyOf(head.values());
        head.clear();
        answered.forEach(publish -> answered(publish, acknowledged));
      }
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The lock is held. */
  private void answered(Publish publish, boolean acknowledged) {
    if (publish.returned) {
      finish(publish, new PublishOutcome.Unroutable(publish.exchange, publish.routingKey));
    } else if (acknowledged) {
      finish(publish, new PublishOutcome.Confirmed());
    } else if (publish.mandatory && session != null && session.dialect().returnsAfterNack()) {
      publish.nackedNanos = System.nanoTime();
      nacked.addLast(publish);
    } else {
      finish(publish, refusedByNack());
    }
  }

  private static PublishOutcome refusedByNack() {
    return new PublishOutcome.Refused("the broker refused the message; is the queue full?");
  }

  private void returned(Channel on, Return message) {
    lock.lock();
    try {
      if (!Objects.equals(on, channel)) {
        return;
      }
      boolean unroutable = message.getReplyCode() == AMQP.NO_ROUTE;
      for (Iterator<Publish> each = nacked.iterator(); each.hasNext(); ) {
        var publish = each.next();
        if (matches(publish, message)) {
          each.remove();
          finish(
              publish,
              unroutable
                  ? new PublishOutcome.Unroutable(publish.exchange, publish.routingKey)
                  : new PublishOutcome.Refused("the broker refused it: " + message.getReplyText()));
          return;
        }
      }
      for (var publish : underway.values()) {
        if (!publish.returned && matches(publish, message)) {
          publish.returned = true;
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean matches(Publish publish, Return message) {
    return publish.matches(
        message.getExchange(),
        message.getRoutingKey(),
        message.getProperties().getMessageId(),
        message.getBody());
  }

  // The clock.

  private void watchDeadlines() {
    while (true) {
      lock.lock();
      try {
        if (closed) {
          return;
        }
        expire(System.nanoTime());
      } finally {
        lock.unlock();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** The lock is held. */
  private void expire(long now) {
    while (!nacked.isEmpty() && now - nacked.getFirst().nackedNanos > RETURN_AFTER_NACK.toNanos()) {
      finish(nacked.removeFirst(), refusedByNack());
    }
    boolean changed = expire(urgent, now);
    changed |= expire(waiting, now);
    changed |= expire(underway.values(), now);
    if (changed) {
      work.signalAll();
    }
  }

  private boolean expire(Collection<Publish> publishes, long now) {
    boolean changed = false;
    for (Iterator<Publish> each = publishes.iterator(); each.hasNext(); ) {
      var publish = each.next();
      if (publish.isLate(now)) {
        each.remove();
        finish(publish, givenUp(publish));
        changed = true;
      }
    }
    return changed;
  }

  private PublishOutcome givenUp(Publish publish) {
    var within = "within " + publish.timeout.toMillis() + " ms";
    String why =
        blocked != null
            ? "it takes no publishes now (" + blocked + ")"
            : session == null ? away : "it has not answered";
    return publish.written
        ? new PublishOutcome.Unknown("the broker did not confirm it " + within + ": " + why)
        : new PublishOutcome.Refused("not sent " + within + " to the broker: " + why);
  }

  /**
   * Tells the outcome, once. The lock is held; the future completes on another thread. The room is
   * free before that, so that a callback can publish.
   */
  private void finish(Publish publish, PublishOutcome outcome) {
    if (publish.done) {
      return;
    }
    publish.done = true;
    window.leave(publish.size());
    completions.execute(() -> publish.outcome.complete(outcome));
  }

  /** Closes at once. What is outstanding is unknown, or refused if it was not sent. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      underway.values().forEach(publish -> finish(publish, closedOutcome(publish)));
      urgent.forEach(publish -> finish(publish, closedOutcome(publish)));
      waiting.forEach(publish -> finish(publish, closedOutcome(publish)));
      nacked.forEach(publish -> finish(publish, refusedByNack()));
      underway.clear();
      urgent.clear();
      waiting.clear();
      nacked.clear();
      work.signalAll();
    } finally {
      lock.unlock();
    }
    window.close();
    link.close();
    completions.close(CLOSE_LIMIT);
  }

  private static PublishOutcome closedOutcome(Publish publish) {
    return publish.written
        ? new PublishOutcome.Unknown("the publisher was closed before the broker had confirmed it")
        : new PublishOutcome.Refused("not sent: the publisher was closed");
  }
}
