package dev.warrener.messaging.broker.publishing;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes messages over a connection of its own, each confirmed by the broker, with a bounded
 * number of messages on their way. Messages that a lost connection cut off are published again on
 * the next one, with the same id, until their time is up. So a message may arrive twice.
 *
 * <p>Thread-safe. The futures complete on one thread of the publisher: a callback that blocks
 * delays the others.
 *
 * <p>Publishing only adds the message to a queue. {@link PublishWriter} has the threads, and {@link
 * PublishLedger} knows the state of each message.
 */
public final class ConfirmedPublisher implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  /** Receives changes of the connection, on the publisher's own thread. Must not block. */
  public interface Listener {
    /** A connection is up. */
    default void up(long generation, Dialect dialect) {}

    /** The connection is lost; the publisher reconnects. */
    default void down(long generation, String reason) {}

    /** The broker blocks publishers, because of a memory or disk alarm. */
    default void blocked(String reason) {}

    /** The broker accepts publishes again. */
    default void unblocked() {}
  }

  private final BrokerAccess access;
  private final PublisherSettings settings;
  private final Listener listener;
  private final BrokerLink link;
  private final PublishWindow window;
  private final SerialExecutor completions = new SerialExecutor("broker-publisher-outcomes");
  private final PublishWriter writer;

  /** Prepares the connection; {@link #start} makes it. */
  public ConfirmedPublisher(BrokerAccess access, PublisherSettings settings, Listener listener) {
    this.access = access;
    this.settings = settings;
    this.listener = listener;
    this.window = new PublishWindow(settings.window(), settings.windowBytes());
    this.link = new BrokerLink(access, "publisher", 1, new LinkOwner());
    this.writer = new PublishWriter(access, this::ended);
  }

  /** Starts to connect, and stays connected until {@link #close}. */
  public void start() {
    if (writer.start()) {
      link.start();
    }
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
    return publish(access.namespace().tasksExchange(), task.queue(), encode(task));
  }

  /**
   * Publishes a task to its queue without waiting for room in the window: for a caller that bounds
   * its tasks by a window of its own, over all attempts to publish them.
   *
   * @throws IllegalArgumentException if the task can't be written, as {@link TaskCodec#encode}
   */
  public CompletableFuture<PublishOutcome> force(Task task) {
    return force(
        access.namespace().tasksExchange(),
        task.queue(),
        encode(task),
        true,
        settings.timeout(),
        false);
  }

  private static Message encode(Task task) {
    return TaskCodec.encode(
        task.publishedAt() == null ? task.toBuilder().publishedAt(Instant.now()).build() : task);
  }

  /**
   * Publishes a message. Blocks while the window is full, for at most the settings' timeout. After
   * that, or when the publisher is closed, the outcome is {@link PublishOutcome.Refused}. The
   * future never completes exceptionally, and it completes by the timeout at the latest.
   */
  public CompletableFuture<PublishOutcome> publish(
      String exchange, String routingKey, Message message) {
    var publish =
        new Publish(exchange, routingKey, message, true, settings.timeout(), System.nanoTime());
    try {
      if (!window.enter(publish.size(), settings.timeout())) {
        publish.outcome.complete(
            new PublishOutcome.Refused(
                "not sent: "
                    + window.messages()
                    + " messages wait for the broker"
                    + writer.whyNow()));
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

  /**
   * Publishes a message without waiting for room in the window.
   *
   * @param mandatory whether a message that no queue takes is {@link PublishOutcome.Unroutable};
   *     otherwise it is confirmed
   * @param timeout until a message that is not confirmed is given up
   * @param isUrgent whether it goes before the messages that wait
   */
  public CompletableFuture<PublishOutcome> force(
      String exchange,
      String routingKey,
      Message message,
      boolean mandatory,
      Duration timeout,
      boolean isUrgent) {
    var publish = new Publish(exchange, routingKey, message, mandatory, timeout, System.nanoTime());
    window.force(publish.size());
    add(publish, isUrgent);
    return publish.outcome;
  }

  private void add(Publish publish, boolean isUrgent) {
    if (writer.add(publish, isUrgent)) {
      return;
    }
    window.leave(publish.size());
    publish.outcome.complete(new PublishOutcome.Refused("not sent: the publisher is closed"));
  }

  /**
   * Returns the most bytes that a frame may have, and so the headers of a message; 128 KiB while
   * there is no connection.
   */
  public int frameMax() {
    return writer.frameMax();
  }

  /** Returns the number of messages that wait for an answer. */
  public int outstanding() {
    return window.messages();
  }

  /** Returns why the broker blocks publishers now, or null if it does not. */
  public @Nullable String blockedReason() {
    return writer.blockedReason();
  }

  /**
   * Waits until no message waits for an answer and every future has completed. Returns false if
   * that was not so in time.
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
      writer.up(up);
      completions.execute(() -> listener.up(up.generation(), up.dialect()));
    }

    @Override
    public void down(LinkSession down, String reason, Duration silence) {
      writer.down(reason);
      completions.execute(() -> listener.down(down.generation(), reason));
    }

    @Override
    public void blocked(LinkSession on, String reason) {
      writer.blocked(reason);
      completions.execute(() -> listener.blocked(reason));
    }

    @Override
    public void unblocked(LinkSession on) {
      writer.unblocked();
      completions.execute(listener::unblocked);
    }
  }

  /**
   * Gives back the room of a message, and then completes its future on another thread, so that a
   * callback finds room to publish.
   */
  private void ended(Publish publish, PublishOutcome outcome) {
    window.leave(publish.size());
    completions.execute(() -> publish.outcome.complete(outcome));
  }

  /** Closes at once. Messages without an answer are unknown, or refused if they were not sent. */
  @Override
  public void close() {
    if (!writer.close()) {
      return;
    }
    window.close();
    link.close();
    completions.close(CLOSE_LIMIT);
  }
}
