package dev.warrener.messaging.broker.tasks;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.Requests;
import dev.warrener.messaging.broker.tasks.TaskIntake.Moved;
import dev.warrener.messaging.broker.tasks.TaskIntake.Swept;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Moves the waiting messages of one queue of tasks and of its retry queues elsewhere, once. A
 * message is acknowledged only after it was moved. For one thread.
 */
final class Shovel {
  /** The most messages that are being moved at the same time. */
  private static final int WINDOW = 100;

  /**
   * The number of messages moved beyond the counted ones, because some may be on their way back.
   */
  private static final int MORE = 100;

  /** The pause between two messages after which the broker is asked whether one waits. */
  private static final Duration QUIET = Duration.ofMillis(100);

  /** The longest that one move may take before it counts as failed. */
  private static final Duration MOVE_LIMIT = Duration.ofSeconds(60);

  private final LinkSession session;
  private final BrokerAccess access;
  private final String queue;
  private final Function<Delivery, CompletionStage<Moved>> move;
  private final long start = System.nanoTime();
  private final Duration patience;
  private long moved;
  private boolean isTaskQueue;

  /**
   * Makes a shovel.
   *
   * @param patience the time after which it begins with no other message
   */
  Shovel(
      LinkSession session,
      BrokerAccess access,
      String queue,
      Function<Delivery, CompletionStage<Moved>> move,
      Duration patience) {
    this.session = session;
    this.access = access;
    this.queue = queue;
    this.move = move;
    this.patience = patience;
  }

  Swept run() {
    var namespace = access.namespace();
    boolean complete = one(namespace.taskQueue(queue));
    for (int seconds : Namespace.RETRY_SECONDS) {
      if (complete) {
        try {
          complete = one(namespace.retryQueue(queue, seconds));
        } catch (NoSuchQueueException e) {
          // A queue that was made by hand may have fewer of them.
        }
      }
    }
    return new Swept(moved, complete);
  }

  /** Moves the messages of one of the broker's queues. Returns whether nothing failed. */
  private boolean one(String brokerQueue) {
    var what = "queue " + queue;
    try (var requests = new Requests(session.connection(), access)) {
      long waiting =
          requests.<Integer>ask(
              what, channel -> channel.queueDeclarePassive(brokerQueue).getMessageCount());
      return one(brokerQueue, waiting);
    } catch (IOException | ShutdownSignalException e) {
      if (BrokerErrors.isOfConnection(e)) {
        session.lost(BrokerErrors.reason(e));
      }
      throw BrokerErrors.ofRequest(e, access, what);
    }
  }

  private boolean one(String brokerQueue, long waiting) throws IOException {
    isTaskQueue = brokerQueue.equals(access.namespace().taskQueue(queue));
    var channel = session.channel();
    // The count may be older than what was returned just before. The get is not.
    var delivery = getOne(channel, brokerQueue);
    boolean fine = delivery == null || one(channel, brokerQueue, delivery, waiting + MORE);
    closeQuietly(channel);
    return fine;
  }

  private boolean one(Channel channel, String brokerQueue, Delivery first, long most)
      throws IOException {
    channel.basicQos(WINDOW);
    var arrivals = new Arrivals(channel);
    var tag = channel.basicConsume(brokerQueue, false, arrivals);
    var moves = new ArrayDeque<Move>();
    boolean fine = true;
    boolean isInTime = true;
    var delivery = first;
    for (long taken = 1; fine && delivery != null; taken++) {
      moves.add(new Move(delivery.tag(), begin(delivery)));
      while (fine && (moves.size() >= WINDOW || isHeadDone(moves))) {
        fine = settle(channel, moves.remove());
      }
      isInTime = System.nanoTime() - start <= patience.toNanos();
      boolean goesOn = fine && isInTime && taken < most;
      delivery = goesOn ? arrivals.next() : null;
      if (goesOn && delivery == null) {
        fine = settleAll(channel, moves);
        delivery = fine ? getOne(channel, brokerQueue) : null;
      }
    }
    arrivals.end(tag);
    if (fine) {
      arrivals.arrived.forEach(rest -> moves.add(new Move(rest.tag(), begin(rest))));
    }
    fine &= settleAll(channel, moves);
    session.dialect().barrier(channel, brokerQueue);
    return fine && isInTime;
  }

  private record Move(long tag, CompletableFuture<Moved> done) {}

  private CompletableFuture<Moved> begin(Delivery delivery) {
    try {
      return move.apply(delivery).toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static boolean isHeadDone(Queue<Move> moves) {
    var head = moves.peek();
    return head != null && head.done().isDone();
  }

  /**
   * Settles all messages that are being moved, even after a failure. Returns whether none failed.
   */
  private boolean settleAll(Channel channel, Queue<Move> moves) throws IOException {
    boolean fine = true;
    for (var next = moves.poll(); next != null; next = moves.poll()) {
      fine &= settle(channel, next);
    }
    return fine;
  }

  private boolean settle(Channel channel, Move next) throws IOException {
    switch (result(next.done())) {
      case COPIED -> channel.basicAck(next.tag(), false);
      case UNPUBLISHABLE -> {
        if (!isTaskQueue) {
          // A retry queue would send it back to the queue of tasks.
          return false;
        }
        channel.basicReject(next.tag(), false);
      }
      case FAILED -> {
        return false;
      }
    }
    moved++;
    return true;
  }

  private static Moved result(CompletableFuture<Moved> done) {
    try {
      return done.get(MOVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return Moved.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Moved.FAILED;
    }
  }

  private @Nullable Delivery getOne(Channel channel, String brokerQueue) throws IOException {
    var response = channel.basicGet(brokerQueue, false);
    return response == null
        ? null
        : TaskChannel.read(
            session, queue, 0, response.getEnvelope(), response.getProps(), response.getBody());
  }

  /** Closing gives back the messages that were not acknowledged, in their order. */
  private static void closeQuietly(Channel channel) throws IOException {
    try {
      channel.close();
    } catch (TimeoutException e) {
      throw new IOException("the broker did not close a channel in time", e);
    }
  }

  private final class Arrivals extends DefaultConsumer {
    private final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private boolean isCancelled;

    Arrivals(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      arrived.add(TaskChannel.read(session, queue, 0, envelope, properties, body));
    }

    @Override
    public void handleCancelOk(String tag) {
      over.countDown();
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
      over.countDown();
    }

    /** Ends the consumption. When it returns, everything that was delivered has arrived. */
    void end(String tag) throws IOException {
      if (isCancelled) {
        return;
      }
      isCancelled = true;
      getChannel().basicCancel(tag);
      try {
        if (!over.await(MOVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException("the consumer of queue " + queue + " did not end in time");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while ending the consumer of queue " + queue, e);
      }
    }

    @Nullable Delivery next() {
      try {
        return arrived.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
  }
}
