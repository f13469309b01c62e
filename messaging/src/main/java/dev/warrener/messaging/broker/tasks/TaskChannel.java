package dev.warrener.messaging.broker.tasks;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The channel of one queue of tasks: its consumers, and the deliveries that wait to be settled. The
 * consumers are replaced by one with a smaller look-ahead when bodies are large, so that they fit
 * into memory, or when fewer tasks are wanted ({@link LookAhead}). Another consumer is added when
 * more may wait.
 *
 * <p>{@link #consume}, {@link #cancel} and {@link #barrier} exclude each other by this object's
 * lock, which is held over requests to the broker and never over a callback to a listener. Settling
 * takes no lock.
 */
final class TaskChannel {

  /** Receives the deliveries of the channel's queue. */
  interface Listener {
    void delivered(Delivery delivery);

    /** The broker, or an error, has ended the channel's use. Called once. */
    void ended(TaskChannel channel, String reason);
  }

  private final LinkSession session;
  private final String queue;
  private final String brokerQueue;
  private final int number;
  private final Channel channel;
  private final Listener listener;
  private final LongSupplier memory;
  private final Executor adjusting;

  /** The sizes of the bodies of the deliveries that wait to be settled, by tag. */
  private final NavigableMap<Long, Integer> unsettled = new ConcurrentSkipListMap<>();

  private final AtomicBoolean ended = new AtomicBoolean();

  /** Becomes zero when the listener has heard of the end. */
  private final CountDownLatch reported = new CountDownLatch(1);

  private final AtomicBoolean isAdjusting = new AtomicBoolean();

  /** Guarded by itself. */
  private final LookAhead room = new LookAhead();

  /** Guarded by this object's lock. */
  private final Deque<Subscription> subscriptions = new ArrayDeque<>();

  /** The look-ahead of all consumers; 0 without one. Written under this object's lock. */
  private volatile int lookAhead;

  TaskChannel(
      LinkSession session,
      String queue,
      String brokerQueue,
      int number,
      Listener listener,
      LongSupplier memory,
      Executor adjusting)
      throws IOException {
    this.session = session;
    this.queue = queue;
    this.brokerQueue = brokerQueue;
    this.number = number;
    this.listener = listener;
    this.memory = memory;
    this.adjusting = adjusting;
    this.channel = session.channel();
    channel.addShutdownListener(cause -> {
      // The link reports the end of the whole connection.
      if (!cause.isHardError()) {
        end("the broker closed its channel: " + BrokerErrors.reason(cause));
      }
    });
  }

  String queue() {
    return queue;
  }

  boolean hasEnded() {
    return ended.get() || !channel.isOpen();
  }

  /**
   * Consumes, or changes the look-ahead: the most deliveries that may wait if they are small. Those
   * that wait already count.
   */
  synchronized void consume(int newLookAhead) throws IOException {
    synchronized (room) {
      if (room.wanted() == newLookAhead && !subscriptions.isEmpty()) {
        return;
      }
    }
    unsubscribe();
    synchronized (room) {
      room.want(newLookAhead);
      room.countFormer(unsettled.size(), unsettled.isEmpty() ? 0 : unsettled.lastKey());
    }
    subscribe();
  }

  /** Consumes with the look-ahead that there is room for now. */
  private void subscribe() throws IOException {
    int next;
    synchronized (room) {
      next = room.messagesOfConsumers(memory.getAsLong());
    }
    if (next < lookAhead) {
      unsubscribe();
    }
    if (next > lookAhead) {
      channel.basicQos(next - lookAhead);
      var started = new Subscription();
      started.tag = channel.basicConsume(brokerQueue, false, started);
      subscriptions.add(started);
      lookAhead = next;
    }
  }

  /** Ends the consumption. When it returns, the listener has received every delivery. */
  synchronized void cancel() throws IOException {
    synchronized (room) {
      room.want(0);
    }
    unsubscribe();
  }

  private void unsubscribe() throws IOException {
    while (!subscriptions.isEmpty()) {
      var running = subscriptions.getFirst();
      channel.basicCancel(running.tag);
      running.awaitEnd();
      subscriptions.removeFirst();
    }
    lookAhead = 0;
  }

  private void delivered(long tag, int bytes) {
    synchronized (room) {
      unsettled.put(tag, bytes);
      room.delivered(bytes);
    }
    adjustIfDue();
  }

  private void adjustIfDue() {
    boolean isDue;
    synchronized (room) {
      isDue = room.isChangeDue(lookAhead, memory.getAsLong());
    }
    if (isDue && !hasEnded() && isAdjusting.compareAndSet(false, true)) {
      adjusting.execute(this::adjust);
    }
  }

  private void adjust() {
    isAdjusting.set(false);
    try {
      synchronized (this) {
        if (!hasEnded()) {
          subscribe();
        }
      }
    } catch (IOException | ShutdownSignalException e) {
      if (BrokerErrors.isOfConnection(e)) {
        session.lost(BrokerErrors.reason(e));
      }
    }
  }

  /** Waits until the queue has taken all earlier settlements. */
  synchronized void barrier() throws IOException {
    session.dialect().barrier(channel, brokerQueue);
  }

  Settlement acknowledge(Delivery delivery) {
    return settle(delivery, tag -> channel.basicAck(tag, false));
  }

  /**
   * Acknowledges the deliveries before which no other delivery waits to be settled, in one frame.
   * To a quorum queue many acknowledgements in one frame cost as much as a single one. If the
   * broker settles one by one, it acknowledges all. Returns the deliveries that were not
   * acknowledged.
   */
  List<Delivery> acknowledgeOldest(List<Delivery> deliveries) {
    if (!session.dialect().settlesSeveralAtOnce()) {
      deliveries.forEach(this::acknowledge);
      return List.of();
    }
    var wanted = new HashSet<Long>();
    var known = new ArrayList<Delivery>(deliveries.size());
    for (var delivery : deliveries) {
      // A delivery of an earlier channel ended with that channel.
      if (delivery.channel() == number) {
        wanted.add(delivery.tag());
        known.add(delivery);
      }
    }
    // Deliveries that have not arrived yet have higher tags than the known ones.
    long upTo = 0;
    for (long tag : unsettled.keySet()) {
      if (!wanted.contains(tag)) {
        break;
      }
      upTo = tag;
    }
    Delivery last = null;
    var rest = new ArrayList<Delivery>();
    for (var delivery : known) {
      if (delivery.tag() > upTo) {
        rest.add(delivery);
      } else if (delivery.tag() == upTo) {
        last = delivery;
      } else {
        takeUnsettled(delivery);
      }
    }
    if (last != null) {
      settle(last, tag -> channel.basicAck(tag, true));
    }
    return rest;
  }

  Settlement requeue(Delivery delivery) {
    // One by one: the embedded broker handles only the last of several.
    return settle(delivery, tag -> channel.basicNack(tag, false, true));
  }

  /** Makes the broker move the message to the dead letters. */
  Settlement reject(Delivery delivery) {
    return settle(delivery, tag -> channel.basicReject(tag, false));
  }

  private interface Frame {
    void send(long tag) throws IOException;
  }

  /** Settles a delivery. The only place that does, so that settling twice is noticed here. */
  private Settlement settle(Delivery delivery, Frame frame) {
    if (delivery.channel() != number || hasEnded()) {
      return Settlement.STALE;
    }
    takeUnsettled(delivery);
    try {
      frame.send(delivery.tag());
      return Settlement.SENT;
    } catch (IOException | ShutdownSignalException e) {
      session.lost(BrokerErrors.reason(e));
      return Settlement.STALE;
    }
  }

  private void takeUnsettled(Delivery delivery) {
    Integer bytes;
    synchronized (room) {
      bytes = unsettled.remove(delivery.tag());
      if (bytes != null) {
        room.settled(delivery.tag(), bytes);
      }
    }
    if (bytes == null) {
      throw new IllegalStateException(
          "delivery "
              + delivery.tag()
              + " of queue "
              + queue
              + " (task "
              + delivery.message().id()
              + ", generation "
              + delivery.generation()
              + ") was settled before");
    }
    adjustIfDue();
  }

  /** Returns the number of deliveries that wait to be settled. */
  int unsettled() {
    return unsettled.size();
  }

  private void end(String reason) {
    if (ended.compareAndSet(false, true)) {
      try {
        listener.ended(this, reason);
      } finally {
        reported.countDown();
      }
    }
  }

  /**
   * Waits until the listener has heard that this channel has ended, or the whole connection has.
   */
  void awaitReported(Duration limit) {
    long until = System.nanoTime() + limit.toNanos();
    try {
      while (!session.isOver()
          && System.nanoTime() < until
          && !reported.await(10, TimeUnit.MILLISECONDS)) {
        // It is about to be reported, by one of the client's threads.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the channel in the background. Unsettled deliveries go back to the queue. */
  void drop() {
    ended.set(true);
    Connecting.expendable("broker-tasks-drop")
        .newThread(() -> {
          try {
            channel.abort();
          } catch (IOException | ShutdownSignalException e) {
            session.lost(BrokerErrors.reason(e));
          }
        })
        .start();
  }

  /** Reads a delivery of the broker. */
  static Delivery read(
      LinkSession session,
      String queue,
      int number,
      Envelope envelope,
      BasicProperties properties,
      byte[] body) {
    var message = new Message(session.dialect().incoming(properties), Body.of(body));
    return new Delivery(
        session.generation(),
        queue,
        number,
        envelope.getDeliveryTag(),
        envelope.isRedeliver(),
        TaskCodec.decode(queue, message),
        message);
  }

  /** One consumer, from its start to its end. */
  private final class Subscription extends DefaultConsumer {
    private final CountDownLatch over = new CountDownLatch(1);
    private String tag = "";

    Subscription() {
      super(channel);
    }

    void awaitEnd() throws IOException {
      try {
        if (!over.await(5, TimeUnit.SECONDS)) {
          throw new IOException("the consumer of queue " + queue + " did not end in time");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while ending the consumer of queue " + queue, e);
      }
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      if (!ended.get() && !session.isOver()) {
        TaskChannel.this.delivered(envelope.getDeliveryTag(), body.length);
        listener.delivered(read(session, queue, number, envelope, properties, body));
      }
    }

    @Override
    public void handleCancelOk(String consumerTag) {
      over.countDown();
    }

    @Override
    public void handleCancel(String consumerTag) {
      over.countDown();
      end("the broker ended its consumer: the queue was deleted, or a task was held for too long");
    }

    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
      over.countDown();
    }
  }
}
