package dev.warrener.messaging.broker.admin;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.Requests;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.publishing.OneByOnePublisher;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads and moves the dead letters of queues. Not thread-safe. */
public final class DeadLetters {
  /** The longest that the broker may take to show the messages that were returned to it. */
  private static final Duration RETURN_LIMIT = Duration.ofSeconds(1);

  private static final long RETURN_POLL_MILLIS = 2;

  /** The most deliveries that a consumer can have without settling them. */
  private static final int MOST = 65_535;

  /** The number of letters that the first consumer may have, before their sizes are known: 16. */
  private static final int FIRST = 16;

  /** By how much the next consumer may have more letters, if they are small. */
  private static final int GROWTH = 8;

  /**
   * The bytes of bodies that may be on their way to this program at the same time, as estimated by
   * the largest letter so far: 32 MiB.
   */
  private static final int MOST_BYTES = 32 << 20;

  /** The wait for the next letter before it is assumed that another program has received it. */
  private static final Duration ARRIVAL_LIMIT = Duration.ofSeconds(2);

  private final Connection connection;
  private final Requests requests;
  private final Dialect dialect;
  private final Namespace namespace;

  DeadLetters(Connection connection, Requests requests, Dialect dialect) {
    this.connection = connection;
    this.requests = requests;
    this.dialect = dialect;
    this.namespace = requests.access().namespace();
  }

  /** Moves a chosen letter. */
  private interface Fate {
    /** Returns null if the letter can be removed, or a sentence that says why not. */
    @Nullable String of(DeadLetter letter) throws IOException;
  }

  /**
   * Returns the oldest dead letters of {@code queue}, oldest first: at most {@code limit}. They
   * stay in the queue. While they are read no one else can receive them.
   *
   * @throws NoSuchQueueException if there is no such queue
   */
  public List<DeadLetter> list(String queue, int limit) {
    var letters = new ArrayList<DeadLetter>();
    look(queue, limit, letters::add);
    return letters;
  }

  /**
   * Looks at the oldest dead letters of {@code queue}, oldest first. They stay in the queue. While
   * they are looked at no one else can receive them. However many there are, only a few of them are
   * in memory.
   *
   * @param limit the most letters to look at
   * @return nothing done, and how many letters were not looked at
   * @throws NoSuchQueueException if there is no such queue
   */
  public Moved look(String queue, int limit, Consumer<DeadLetter> looker) {
    return visit(
        queue,
        limit,
        letter -> {
          looker.accept(letter);
          return false;
        },
        letter -> null);
  }

  /**
   * Puts dead letters back into their queue: each is published, confirmed, and then removed. Each
   * names the user of the connection: controllers believe only an operator that it may run again.
   *
   * @param limit the most letters to look at, oldest first
   * @param chosen which of those to move
   * @throws NoSuchQueueException if there is no such queue
   */
  public Moved requeue(String queue, int limit, Predicate<DeadLetter> chosen, Instant now) {
    try (var publisher = new OneByOnePublisher(requests.access())) {
      return visit(
          queue,
          limit,
          chosen,
          letter -> {
            var copy =
                TaskCodec.requeue(queue, letter.message(), now)
                    .withUserId(requests.access().address().user());
            return publishBack(publisher, queue, copy);
          });
    }
  }

  private @Nullable String publishBack(OneByOnePublisher publisher, String queue, Message copy) {
    try {
      var answer =
          publisher.publish(
              "the publishing of a task",
              namespace.tasksExchange(),
              queue,
              copy,
              requests.access().settings().rpcTimeout());
      return switch (answer) {
        case CONFIRMED -> null;
        case UNROUTABLE -> "there is no queue " + queue;
        case REFUSED -> "the broker refused it; is the queue full?";
        case BLOCKED -> "the broker blocks publishers now: " + publisher.blocked();
        case HELD ->
            "the broker blocks publishers now: "
                + publisher.blocked()
                + "; it may take this one when the alarm is over, and has a copy more then";
        case UNANSWERED -> "the broker did not confirm it in time";
      };
    } catch (BrokerException e) {
      return BrokerErrors.reason(e);
    }
  }

  /**
   * Drops dead letters for good.
   *
   * @param limit the most letters to look at, oldest first
   * @param chosen which of those to move
   * @throws NoSuchQueueException if there is no such queue
   */
  public Moved purge(String queue, int limit, Predicate<DeadLetter> chosen) {
    return visit(queue, limit, chosen, letter -> null);
  }

  /**
   * The result of moving or dropping letters.
   *
   * @param done the number of letters that are no longer among the dead letters
   * @param failed a sentence for each that could not be moved, with its id
   * @param unseen the number of letters that were there at the beginning and have not been looked
   *     at: because of the limit, or because somebody else had received them
   */
  public record Moved(int done, List<String> failed, long unseen) {
    public Moved {
      failed = List.copyOf(failed);
    }

    /** All letters were looked at. */
    public Moved(int done, List<String> failed) {
      this(done, failed, 0);
    }
  }

  private Moved visit(String queue, int limit, Predicate<DeadLetter> chosen, Fate fate) {
    var name = namespace.deadQueue(queue);
    var what = "the queue of dead letters of queue " + queue;
    // Also because a get on a missing queue would end an embedded broker's connection.
    long before =
        requests.<Integer>ask(what, channel -> channel.queueDeclarePassive(name).getMessageCount());
    Moved moved;
    try (var windows = new Windows(name)) {
      moved = visit(windows, queue, Math.min(limit, before), before, chosen, fate);
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, requests.access(), what);
    }
    awaitReturn(what, name, before - moved.done());
    return moved;
  }

  private Moved visit(
      Windows windows,
      String queue,
      long wanted,
      long before,
      Predicate<DeadLetter> chosen,
      Fate fate)
      throws IOException {
    int done = 0;
    var failed = new ArrayList<String>();
    long seen = 0;
    while (seen < wanted) {
      var delivery = windows.next(wanted - seen);
      if (delivery == null) {
        break;
      }
      seen++;
      var letter = read(queue, delivery);
      if (chosen.test(letter)) {
        var problem = fate.of(letter);
        if (problem == null) {
          windows.settle(delivery);
          done++;
          continue;
        }
        failed.add(letter.message().id() + ": " + problem);
      }
      windows.keep(delivery);
    }
    return new Moved(done, failed, before - seen);
  }

  /**
   * Consumers that receive the letters of a queue one after another: when one has as many as it may
   * have without settling them, the next one receives those that follow. So the letters stay in
   * their order, and not more are on their way than fit into memory.
   */
  private final class Windows implements AutoCloseable {
    private final String name;
    private final List<Channel> channels = new ArrayList<>();
    private final Set<Channel> settling = new LinkedHashSet<>();
    private @Nullable Arrivals arrivals;
    private int size;
    private int kept;
    private int largest = 1;

    Windows(String name) {
      this.name = name;
    }

    /** Returns the next letter, or null if none comes: somebody else has received the rest. */
    @Nullable Delivery next(long wanted) throws IOException {
      if (arrivals == null || kept == size) {
        open(wanted);
      }
      if (arrivals == null) {
        return null;
      }
      var delivery = arrivals.next();
      if (delivery == null) {
        // A broker that stands still has not answered this before it goes on.
        last().queueDeclarePassive(name);
        delivery = arrivals.next();
      }
      if (delivery == null) {
        // The embedded broker can forget a consumer that still has room, but no new one.
        last().basicCancel(arrivals.getConsumerTag());
        delivery = open(wanted).next();
      }
      return delivery;
    }

    private Channel last() {
      return channels.get(channels.size() - 1);
    }

    private Arrivals open(long wanted) throws IOException {
      var channel = connection.createChannel();
      if (channel == null) {
        throw new IOException("the broker allows no more channels on this connection");
      }
      channels.add(channel);
      int fitting = Math.max(1, MOST_BYTES / largest);
      int grown = size == 0 ? FIRST : Math.min(MOST, size * GROWTH);
      size = (int) Math.min(wanted, Math.min(grown, fitting));
      kept = 0;
      arrivals = new Arrivals(channel);
      channel.basicQos(size);
      channel.basicConsume(name, false, arrivals);
      return arrivals;
    }

    /** Removes a letter from the queue: the same consumer gets another one. */
    void settle(Delivery delivery) throws IOException {
      measure(delivery);
      last().basicAck(delivery.getEnvelope().getDeliveryTag(), false);
      settling.add(last());
    }

    /** Leaves a letter where it is. */
    void keep(Delivery delivery) {
      measure(delivery);
      kept++;
    }

    private void measure(Delivery delivery) {
      largest = Math.max(largest, delivery.getBody().length);
    }

    /**
     * Returns all letters that were kept to the queue. Closing a channel returns the deliveries of
     * its consumer in their old order. In a quorum queue neither a nack for each of many nor
     * closing after many gets does that. No consumer may be left that could receive what is
     * returned.
     */
    @Override
    public void close() throws IOException, TimeoutException {
      if (channels.size() > 1 && arrivals != null) {
        last().basicCancel(arrivals.getConsumerTag());
      }
      for (var channel : settling) {
        // Closing would take back the settlements that the broker has not carried out yet.
        dialect.barrier(channel, name);
      }
      for (var channel : channels) {
        channel.close();
      }
    }
  }

  private DeadLetter read(String queue, Delivery delivery) {
    var message =
        new Message(dialect.incoming(delivery.getProperties()), Body.of(delivery.getBody()));
    var mark = TaskCodec.mark(queue, message);
    return new DeadLetter(
        queue,
        TaskCodec.decode(queue, message),
        mark == null ? dialect.unmarkedDeadLetter() : mark,
        message);
  }

  /** Waits until the broker shows the returned messages, so that the next call finds them. */
  private void awaitReturn(String what, String name, long expected) {
    long until = System.nanoTime() + RETURN_LIMIT.toNanos();
    while (System.nanoTime() < until
        && requests.<Integer>ask(
                what, channel -> channel.queueDeclarePassive(name).getMessageCount())
            < expected) {
      try {
        Thread.sleep(RETURN_POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static final class Arrivals extends DefaultConsumer {
    private final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();

    Arrivals(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      arrived.add(new Delivery(envelope, properties, body));
    }

    @Nullable Delivery next() throws IOException {
      try {
        return arrived.poll(ARRIVAL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading dead letters", e);
      }
    }
  }
}
