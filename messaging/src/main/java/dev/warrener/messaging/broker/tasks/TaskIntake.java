package dev.warrener.messaging.broker.tasks;

import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Names;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.Requests;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The controller's connection for tasks: it consumes and settles, and never publishes, so that an
 * alarm at the broker can't block a settlement. Each queue has a channel of its own. The connection
 * is kept up; each new one is a new generation, on which nothing is consumed until {@link #consume}
 * is called again.
 *
 * <p>Thread-safe. Calls that ask the broker something block for at most a few request timeouts, and
 * must not be made from the listener.
 */
public final class TaskIntake implements AutoCloseable {

  /**
   * Receives deliveries and changes of the connection. Called on the intake's own threads, in order
   * for each queue; must not block. A call about an older generation may still come after the
   * {@link #up} of a newer one.
   */
  public interface Listener {
    /** A connection is up. Nothing is consumed on it yet. */
    void up(long generation, Dialect dialect);

    /**
     * The connection is gone, and with it every delivery of that generation.
     *
     * @param reason a sentence
     * @param silence how long the broker had not answered when the connection was declared lost
     */
    void down(long generation, String reason, Duration silence);

    /** A message has arrived. */
    void delivered(Delivery delivery);

    /**
     * The broker has ended the consumption of a queue, with everything that was not settled: the
     * queue was deleted, or the channel closed. {@link TaskIntake#consume} starts it again.
     */
    void consumptionEnded(long generation, String queue, String reason);
  }

  private static final int CONSUMER_THREADS = 4;
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** The memory for the bodies of tasks that wait here: a quarter of the heap. */
  private static final long BODY_BYTES = Runtime.getRuntime().maxMemory() / 4;

  private final BrokerAccess access;
  private final Listener listener;
  private final BrokerLink link;

  /** Replaces consumers: that asks the broker something, and waits for it. */
  private final SerialExecutor adjusting = new SerialExecutor("broker-tasks-look-ahead");

  /** The channels of one connection. Guarded by its own lock, which is held over no request. */
  private static final class Generation {
    private final LinkSession session;
    private final Map<String, TaskChannel> channels = new HashMap<>();
    private final Map<String, Integer> channelCounts = new HashMap<>();

    Generation(LinkSession session) {
      this.session = session;
    }

    /** Returns the number of queues that are consumed, 1 or more. */
    synchronized int size() {
      return Math.max(1, channels.size());
    }

    synchronized @Nullable TaskChannel channel(String queue) {
      return channels.get(queue);
    }
  }

  private volatile @Nullable Generation current;

  /** Held while a queue's channel is made, so that there is never a second one. */
  private final Object consuming = new Object();

  /** Prepares the connection; {@link #start} makes it. */
  public TaskIntake(BrokerAccess access, Listener listener) {
    this.access = access;
    this.listener = listener;
    this.link = new BrokerLink(access, "tasks", CONSUMER_THREADS, new LinkOwner());
  }

  private final class LinkOwner implements BrokerLink.Owner {
    @Override
    public void up(LinkSession session) {
      current = new Generation(session);
      listener.up(session.generation(), session.dialect());
    }

    @Override
    public void down(LinkSession session, String reason, Duration silence) {
      current = null;
      listener.down(session.generation(), reason, silence);
    }
  }

  /** Starts to connect, and goes on until {@link #close}. */
  public void start() {
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
   * Declares {@code queue} and consumes it, or changes the look-ahead if it is consumed already. An
   * existing queue keeps the settings that an operator chose for it. Deliveries from before a
   * change stay unsettled and count against the new look-ahead. Fewer are delivered while their
   * bodies would not fit into a quarter of the heap.
   *
   * @param lookAhead the most unsettled deliveries, 1 to 65535
   * @throws BrokerException as {@link Topology#declareQueue}, or if there is no connection
   */
  public void consume(String queue, QueueSettings settings, int lookAhead) {
    Names.requireQueue(queue);
    if (lookAhead < 1 || lookAhead > 65_535) {
      throw new IllegalArgumentException("lookAhead must be 1 to 65535, not " + lookAhead);
    }
    synchronized (consuming) {
      var generation = requireGeneration();
      var existing = generation.channel(queue);
      if (existing != null && existing.hasEnded()) {
        existing.awaitReported(access.settings().rpcTimeout());
      }
      var channel =
          existing == null || existing.hasEnded()
              ? declareAndOpen(generation, queue, settings)
              : existing;
      run(generation, queue, () -> channel.consume(lookAhead));
    }
  }

  private TaskChannel declareAndOpen(Generation generation, String queue, QueueSettings settings) {
    declare(generation.session, queue, settings);
    return open(generation, queue);
  }

  private void declare(LinkSession session, String queue, QueueSettings settings) {
    try (var requests = new Requests(session.connection(), access)) {
      new Topology(requests, session.dialect()).declareServedQueue(queue, settings);
    }
  }

  /** Opens the queue's next channel on this connection. */
  private TaskChannel open(Generation generation, String queue) {
    int number;
    synchronized (generation) {
      number = generation.channelCounts.merge(queue, 1, Integer::sum);
    }
    var session = generation.session;
    var brokerQueue = access.namespace().taskQueue(queue);
    try {
      var channel =
          new TaskChannel(
              session,
              queue,
              brokerQueue,
              number,
              new ChannelListener(generation),
              () -> BODY_BYTES / generation.size(),
              adjusting);
      synchronized (generation) {
        generation.channels.put(queue, channel);
      }
      return channel;
    } catch (IOException | ShutdownSignalException e) {
      throw failed(session, e, "a channel for queue " + queue);
    }
  }

  private final class ChannelListener implements TaskChannel.Listener {
    private final Generation generation;

    ChannelListener(Generation generation) {
      this.generation = generation;
    }

    @Override
    public void delivered(Delivery delivery) {
      listener.delivered(delivery);
    }

    @Override
    public void ended(TaskChannel channel, String reason) {
      // Only then may the queue have a new channel, whose deliveries have not ended.
      listener.consumptionEnded(generation.session.generation(), channel.queue(), reason);
      synchronized (generation) {
        generation.channels.remove(channel.queue(), channel);
      }
      channel.drop();
    }
  }

  /**
   * Ends the consumption of {@code queue}. When it returns, every delivery of it has been reported;
   * they can still be settled. Does nothing if it isn't consumed.
   *
   * @throws BrokerUnreachableException if there is no connection, or it is lost meanwhile
   */
  public void cancel(String queue) {
    var generation = requireGeneration();
    var channel = generation.channel(queue);
    if (channel != null) {
      run(generation, queue, channel::cancel);
    }
  }

  /**
   * Acknowledges a delivery; its message is gone.
   *
   * @throws IllegalStateException if the delivery was settled before
   */
  public Settlement acknowledge(Delivery delivery) {
    var channel = channelOf(delivery);
    return channel == null ? Settlement.STALE : channel.acknowledge(delivery);
  }

  /**
   * Acknowledges all deliveries; their messages are gone. Costs the broker less than one by one.
   *
   * @param deliveries deliveries of one connection; stale ones are left out
   * @throws IllegalStateException if one of them was settled before
   */
  public void acknowledge(Collection<Delivery> deliveries) {
    acknowledgeOldest(deliveries).forEach(this::acknowledge);
  }

  /**
   * Acknowledges the deliveries before which no other delivery of their queue waits to be settled,
   * with one frame for each queue. A broker that settles one by one gets a frame for each delivery,
   * and all are acknowledged.
   *
   * @param deliveries deliveries of one connection; stale ones are left out
   * @return the deliveries that were not acknowledged, in their order
   * @throws IllegalStateException if one of them was settled before
   */
  public List<Delivery> acknowledgeOldest(Collection<Delivery> deliveries) {
    var byQueue = new LinkedHashMap<String, List<Delivery>>();
    for (var delivery : deliveries) {
      byQueue.computeIfAbsent(delivery.queue(), none -> new ArrayList<>()).add(delivery);
    }
    var rest = new ArrayList<Delivery>();
    for (var ofQueue : byQueue.values()) {
      var channel = channelOf(ofQueue.get(0));
      if (channel != null) {
        rest.addAll(channel.acknowledgeOldest(ofQueue));
      }
    }
    return rest;
  }

  /**
   * Returns the message to its queue. To keep the order, return messages in order of arrival.
   * Cancel the consumption before, or the broker delivers the message again at once.
   *
   * @throws IllegalStateException if the delivery was settled before
   */
  public Settlement requeue(Delivery delivery) {
    var channel = channelOf(delivery);
    return channel == null ? Settlement.STALE : channel.requeue(delivery);
  }

  /**
   * Makes the broker itself move the message to the dead letters of its queue, unchanged and
   * without a reason of ours: the last resort for a message that can't be published again.
   *
   * @throws IllegalStateException if the delivery was settled before
   */
  public Settlement reject(Delivery delivery) {
    var channel = channelOf(delivery);
    return channel == null ? Settlement.STALE : channel.reject(delivery);
  }

  private @Nullable TaskChannel channelOf(Delivery delivery) {
    var generation = current;
    return generation == null || generation.session.generation() != delivery.generation()
        ? null
        : generation.channel(delivery.queue());
  }

  /**
   * Waits until the broker has taken every earlier settlement of {@code queue}. Cancel the
   * consumption before: otherwise a message that is delivered meanwhile looks like work.
   *
   * @throws BrokerUnreachableException if the connection is lost before that is shown
   */
  public void barrier(String queue) {
    var generation = requireGeneration();
    var channel = generation.channel(queue);
    if (channel != null) {
      run(generation, queue, channel::barrier);
    }
  }

  /**
   * Drops the waiting messages of {@code queue} and of its retry queues. It hands each to {@code
   * tell}, and drops it when that has completed. After {@code patience} it drops the rest without a
   * look at it.
   *
   * @throws NoSuchQueueException if there is no such queue
   * @throws BrokerUnreachableException if there is no connection, or it is lost meanwhile
   */
  public Purged purge(
      String queue, Function<Delivery, CompletionStage<?>> tell, Duration patience) {
    var session = requireGeneration().session;
    var read =
        new Shovel(
                session,
                access,
                queue,
                delivery -> tell.apply(delivery).handle((done, error) -> Moved.COPIED),
                patience)
            .run();
    if (read.complete()) {
      return new Purged(read.moved(), 0);
    }
    try (var requests = new Requests(session.connection(), access)) {
      long unread = new Purge(requests, session.dialect()).of(queue);
      return new Purged(read.moved() + unread, unread);
    }
  }

  /**
   * The result of a purge.
   *
   * @param dropped the number of messages that were dropped
   * @param unread how many of them were dropped without a look at them
   */
  public record Purged(long dropped, long unread) {}

  /**
   * Moves the waiting messages of {@code queue} and of its retry queues. It hands each to {@code
   * move}, and acknowledges it if that has copied it. On the first failure it stops, and the
   * messages that were not moved stay in the queue. Messages that arrive meanwhile may be left.
   * {@code move} must not settle the deliveries.
   *
   * @throws NoSuchQueueException if there is no such queue
   * @throws BrokerUnreachableException if there is no connection, or it is lost meanwhile; messages
   *     that were moved before stay moved
   */
  public Swept sweep(String queue, Function<Delivery, CompletionStage<Moved>> move) {
    return new Shovel(requireGeneration().session, access, queue, move, FOR_EVER).run();
  }

  /** Whether a message could be copied. */
  public enum Moved {
    /** The broker has the copy. */
    COPIED,
    /** The message could not be copied now. */
    FAILED,
    /** The message can't be copied at all: the broker has to move it itself. */
    UNPUBLISHABLE
  }

  /**
   * The result of a sweep.
   *
   * @param moved the number of messages that were moved
   * @param complete whether those were all messages that waited when the sweep began
   */
  public record Swept(long moved, boolean complete) {}

  private interface ChannelAction {
    void run() throws IOException;
  }

  private void run(Generation generation, String queue, ChannelAction action) {
    try {
      action.run();
    } catch (IOException | ShutdownSignalException e) {
      throw failed(generation.session, e, "queue " + queue);
    }
  }

  /** Turns an error into an exception. After a request without an answer the session is lost. */
  private BrokerException failed(LinkSession session, Exception error, String what) {
    if (BrokerErrors.isOfConnection(error)) {
      session.lost(BrokerErrors.reason(error));
    }
    return BrokerErrors.ofRequest(error, access, what);
  }

  private Generation requireGeneration() {
    var generation = current;
    if (generation == null || generation.session.isOver()) {
      throw new BrokerUnreachableException(
          "there is no connection to the broker at " + access.address(), null);
    }
    return generation;
  }

  /** Ends the connection. Unsettled deliveries go back to their queues. */
  @Override
  public void close() {
    link.close();
    adjusting.close();
  }
}
