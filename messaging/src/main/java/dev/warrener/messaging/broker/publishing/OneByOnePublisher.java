package dev.warrener.messaging.broker.publishing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes one message at a time over a connection of its own, and waits for each answer. It does
 * not reconnect. Not thread-safe.
 *
 * <p>During an alarm RabbitMQ blocks a connection only at its first publish. It keeps the part of
 * that message that it has read, and may deliver the message when the alarm is over, even if the
 * connection was closed long before. So the first message is a probe that no queue takes. If it is
 * blocked, nothing else is sent.
 *
 * <p>A confirmation may be missing because a queue's node is frozen, or because the node of this
 * connection is. So a publisher that waits for one asks its node a cheap question. If that is not
 * answered either, {@link #isSilent} tells, and {@link #elsewhere} connects to another node.
 */
public final class OneByOnePublisher implements AutoCloseable {
  private static final String PURPOSE = "publisher";
  private static final int CLOSE_MILLIS = 1_000;

  /**
   * The time in which a refused message may still be returned: the embedded broker refuses it
   * first.
   */
  private static final Duration RETURN_AFTER_NACK = Duration.ofMillis(200);

  /** The wait for a confirmation before the node is asked whether it answers at all. */
  private static final Duration ASK_AFTER = Duration.ofMillis(800);

  /** The time from publishing after which a node that has not answered counts as silent. */
  private static final Duration SILENT_AFTER = Duration.ofMillis(1_600);

  /** The limit on the attempt to connect elsewhere: an order waits for it. */
  private static final Duration ELSEWHERE_WITHIN = Duration.ofSeconds(2);

  private static final AMQP.Basic.Qos QUESTION =
      new AMQP.Basic.Qos.Builder().prefetchCount(1).build();

  /** The outcome of a publish. */
  public enum Answer {
    /** A queue has the message. */
    CONFIRMED,
    /** No queue is bound for the message. */
    UNROUTABLE,
    /** The broker refused the message. */
    REFUSED,
    /** The message was not sent: the broker blocks publishers. {@link #blocked} says why. */
    BLOCKED,
    /**
     * The message was sent just before the alarm: the broker may take it when the alarm is over.
     */
    HELD,
    /** The broker did not answer in time. */
    UNANSWERED
  }

  private final BrokerAccess access;
  private final Connecting.Open open;
  private final Dialect dialect;
  private volatile @Nullable String blocked;
  private volatile @Nullable AnsweredChannel lane;
  private @Nullable Sent probed;
  private boolean isSilent;

  /**
   * The broker's answer about a message, or about the whole channel.
   *
   * @param number the number of the message on its channel, or 0 if the broker names none
   * @param isForEarlier whether it is said of all messages before that one, too
   */
  private record Heard(Answer answer, long number, boolean isForEarlier) {
    static Heard of(Answer answer) {
      return new Heard(answer, 0, false);
    }

    /** Whether this is the confirmation or refusal of a message. */
    boolean settles(long message) {
      return (answer == Answer.CONFIRMED || answer == Answer.REFUSED)
          && (number == message || (isForEarlier && number > message));
    }
  }

  /**
   * A channel with the broker's answers on it. One message at a time is published on it. If the
   * broker has not answered completely in time, the channel is given up: a return names no message,
   * and would be taken for an answer to the next one.
   */
  private record AnsweredChannel(Channel channel, BlockingQueue<Heard> heard) {
    @Nullable Heard poll(long untilNanos) throws IOException {
      try {
        return heard.poll(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while publishing", e);
      }
    }
  }

  /** A message that was published, and the channel that it was published on. */
  private record Sent(AnsweredChannel on, long number) {}

  /**
   * Connects.
   *
   * @throws BrokerException as {@link Connecting#open}
   */
  public OneByOnePublisher(BrokerAccess access) {
    this(access, Connecting.open(access, PURPOSE, 1));
  }

  private OneByOnePublisher(BrokerAccess access, Connecting.Open open) {
    this.access = access;
    this.open = open;
    this.dialect = Dialect.of(open.connection());
    open.connection()
        .addBlockedListener(
            reason -> {
              blocked = reason;
              var waiting = lane;
              if (waiting != null) {
                waiting.heard().add(Heard.of(Answer.BLOCKED));
              }
            },
            () -> {
              blocked = null;
              var waiting = lane;
              if (waiting != null) {
                // Nobody waited for it; the next publish would take it for its own answer.
                waiting.heard().removeIf(heard -> heard.answer() == Answer.BLOCKED);
              }
            });
    this.probed = dialect.hasTripwire() ? probe() : null;
  }

  /** Publishes the probe. Returns null if that fails; then the first message fails, too. */
  private @Nullable Sent probe() {
    try {
      return send(
          access.namespace().tasksExchange(), "", Message.jsonProperties().build(), new byte[0]);
    } catch (IOException | ShutdownSignalException e) {
      return null;
    }
  }

  private Sent send(String exchange, String routingKey, BasicProperties properties, byte[] body)
      throws IOException {
    var on = lane();
    long number = on.channel().getNextPublishSeqNo();
    on.channel().basicPublish(exchange, routingKey, true, properties, body);
    return new Sent(on, number);
  }

  /** Whether the probe has been answered, in whatever way, or there is none. */
  private boolean hasAnsweredProbe(Duration limit) throws IOException {
    var sent = probed;
    if (sent == null) {
      return true;
    }
    probed = null;
    var answer = answer(sent, limit);
    if (answer == null || answer == Answer.UNANSWERED) {
      lane = null;
    }
    return answer != null;
  }

  public Dialect dialect() {
    return dialect;
  }

  /** Returns whether the connection is open. */
  public boolean isOpen() {
    return open.connection().isOpen();
  }

  /**
   * Returns whether the node of this connection has not answered a question in time, while a
   * message waited for its confirmation.
   */
  public boolean isSilent() {
    return isSilent;
  }

  /**
   * Drops this connection, and returns a publisher with another one. If the address names several
   * nodes, the next one is tried first. What was published here may still arrive.
   *
   * @throws BrokerException as {@link Connecting#open}
   */
  public OneByOnePublisher elsewhere() {
    open.drop("broker-" + PURPOSE);
    var settings = access.settings();
    boolean isShorter = settings.connectTimeout().compareTo(ELSEWHERE_WITHIN) < 0;
    var quick = isShorter ? access : access.with(settings.withConnectTimeout(ELSEWHERE_WITHIN));
    return new OneByOnePublisher(access, Connecting.openElsewhere(quick, PURPOSE, open));
  }

  /** Returns why the broker blocks publishers, or null if it does not. */
  public @Nullable String blocked() {
    return blocked;
  }

  /**
   * Opens the channel that the next publish goes out on.
   *
   * @throws BrokerUnreachableException if the connection is lost
   */
  public void prepare() {
    try {
      lane();
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, "a channel for orders");
    }
  }

  /**
   * Publishes, mandatory and confirmed.
   *
   * @param what the message, as the object of a sentence
   * @throws NotAllowedException if the user may not publish there
   * @throws NoSuchQueueException if the exchange does not exist
   * @throws BrokerException for another refusal by the broker; nothing was published
   * @throws BrokerUnreachableException if the connection is lost; the message may have arrived
   */
  public Answer publish(
      String what, String exchange, String routingKey, Message message, Duration limit) {
    try {
      if (!hasAnsweredProbe(limit)) {
        return Answer.UNANSWERED;
      }
      if (blocked != null) {
        // Its list of answers has this one, too, or is about to: the next publish needs its own.
        lane = null;
        return Answer.BLOCKED;
      }
      var sent =
          send(
              exchange, routingKey, dialect.outgoing(message.properties()), message.body().bytes());
      var answer = answer(sent, limit);
      if (answer == Answer.UNANSWERED) {
        throw new IOException(sent.on().channel().getCloseReason());
      }
      return answer == null ? Answer.UNANSWERED : answer;
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, what);
    } catch (IllegalArgumentException e) {
      // The client has counted the message all the same: this channel's numbers are wrong by now.
      lane = null;
      throw new BrokerException("it can't be sent: " + BrokerErrors.reason(e), e);
    }
  }

  /**
   * Waits for all that the broker says about a message.
   *
   * @return null if it says nothing in time; {@link Answer#UNANSWERED} if the channel has ended
   */
  private @Nullable Answer answer(Sent sent, Duration limit) throws IOException {
    long until = System.nanoTime() + limit.toNanos();
    boolean returned = false;
    while (true) {
      var heard = await(sent.on(), until);
      if (heard == null) {
        lane = null;
        return returned ? Answer.UNROUTABLE : null;
      } else if (heard.answer() == Answer.UNANSWERED) {
        return Answer.UNANSWERED;
      } else if (heard.answer() == Answer.BLOCKED) {
        lane = null;
        return returned ? Answer.UNROUTABLE : Answer.HELD;
      } else if (heard.answer() == Answer.UNROUTABLE) {
        // RabbitMQ's confirmation of a returned message follows.
        returned = true;
      } else if (heard.settles(sent.number())) {
        return returned ? Answer.UNROUTABLE : afterReturn(sent.on(), heard.answer());
      }
    }
  }

  /** Waits for what is heard next; returns null if that is nothing, or if the node is silent. */
  private @Nullable Heard await(AnsweredChannel on, long untilNanos) throws IOException {
    long now = System.nanoTime();
    var heard = on.poll(Math.min(untilNanos, now + ASK_AFTER.toNanos()));
    if (heard != null || blocked != null || System.nanoTime() >= untilNanos) {
      return heard;
    }
    var answered = on.channel().asyncCompletableRpc(QUESTION);
    heard = on.poll(Math.min(untilNanos, now + SILENT_AFTER.toNanos()));
    if (heard != null || answered.isDone() || blocked != null) {
      return heard == null ? on.poll(untilNanos) : heard;
    }
    isSilent = System.nanoTime() >= now + SILENT_AFTER.toNanos();
    return null;
  }

  /** The embedded broker returns a message after it has refused it. */
  private Answer afterReturn(AnsweredChannel on, Answer answer) throws IOException {
    if (answer != Answer.REFUSED || !dialect.returnsAfterNack()) {
      return answer;
    }
    var next = on.poll(System.nanoTime() + RETURN_AFTER_NACK.toNanos());
    if (next != null && next.answer() == Answer.UNROUTABLE) {
      return Answer.UNROUTABLE;
    }
    lane = null;
    return answer;
  }

  private AnsweredChannel lane() throws IOException {
    var current = lane;
    if (current != null && current.channel().isOpen()) {
      return current;
    }
    var channel = open.connection().createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    var heard = new LinkedBlockingQueue<Heard>();
    channel.addReturnListener(unroutable -> heard.add(Heard.of(Answer.UNROUTABLE)));
    channel.addConfirmListener(
        (number, multiple) -> heard.add(new Heard(Answer.CONFIRMED, number, multiple)),
        (number, multiple) -> heard.add(new Heard(Answer.REFUSED, number, multiple)));
    channel.addShutdownListener(cause -> heard.add(Heard.of(Answer.UNANSWERED)));
    channel.confirmSelect();
    var opened = new AnsweredChannel(channel, heard);
    lane = opened;
    return opened;
  }

  @Override
  public void close() {
    open.close(CLOSE_MILLIS);
  }
}
