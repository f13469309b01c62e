package dev.warrener.messaging.broker.publishing;

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
 */
public final class OneByOnePublisher implements AutoCloseable {
  private static final int CLOSE_MILLIS = 1_000;

  /** How long a refused message may still be returned: the embedded broker refuses it first. */
  private static final Duration RETURN_AFTER_NACK = Duration.ofMillis(200);

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
  private volatile @Nullable Lane lane;
  private @Nullable Lane probed;

  /**
   * A channel with its answers. After an answer that did not arrive in time the channel is given
   * up: a late answer would be taken for the next message's.
   */
  private record Lane(Channel channel, BlockingQueue<Answer> answers) {
    @Nullable Answer poll(Duration limit) throws IOException {
      try {
        return answers.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while publishing", e);
      }
    }
  }

  /**
   * Connects.
   *
   * @throws BrokerException as {@link Connecting#open}
   */
  public OneByOnePublisher(BrokerAccess access) {
    this.access = access;
    this.open = Connecting.open(access, "publisher", 1);
    this.dialect = Dialect.of(open.connection());
    open.connection()
        .addBlockedListener(
            reason -> {
              blocked = reason;
              var waiting = lane;
              if (waiting != null) {
                waiting.answers().add(Answer.BLOCKED);
              }
            },
            () -> {
              blocked = null;
              var waiting = lane;
              if (waiting != null) {
                // Nobody waited for it; the next publish would take it for its own answer.
                waiting.answers().removeIf(answer -> answer == Answer.BLOCKED);
              }
            });
    this.probed = dialect.hasTripwire() ? probe() : null;
  }

  /** Publishes the probe. Returns null if that fails; then the first message fails, too. */
  private @Nullable Lane probe() {
    try {
      var on = lane();
      on.channel()
          .basicPublish(
              access.namespace().tasksExchange(),
              "",
              true,
              Message.jsonProperties().build(),
              new byte[0]);
      return on;
    } catch (IOException | ShutdownSignalException e) {
      return null;
    }
  }

  /** Whether the probe has been answered, in whatever way, or there is none. */
  private boolean hasAnsweredProbe(Duration limit) throws IOException {
    var on = probed;
    if (on == null) {
      return true;
    }
    probed = null;
    var answer = on.poll(limit);
    if (answer == Answer.UNROUTABLE) {
      // Its confirmation follows.
      answer = on.poll(limit);
    }
    if (answer != Answer.CONFIRMED) {
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
      var on = lane();
      on.channel()
          .basicPublish(
              exchange,
              routingKey,
              true,
              dialect.outgoing(message.properties()),
              message.body().bytes());
      return await(on, limit);
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.ofRequest(e, access, what);
    } catch (IllegalArgumentException e) {
      // The client has counted the message all the same: this channel's numbers are wrong by now.
      lane = null;
      throw new BrokerException("it can't be sent: " + BrokerErrors.reason(e), e);
    }
  }

  private Answer await(Lane on, Duration limit) throws IOException {
    var answer = on.poll(limit);
    if (answer == Answer.UNANSWERED) {
      throw new IOException(on.channel().getCloseReason());
    }
    if (answer == null || answer == Answer.BLOCKED) {
      lane = null;
      return answer == null ? Answer.UNANSWERED : Answer.HELD;
    }
    if (answer == Answer.UNROUTABLE) {
      // RabbitMQ's confirmation of a returned message follows, and is not the next one's.
      on.poll(RETURN_AFTER_NACK);
    } else if (answer == Answer.REFUSED && on.poll(RETURN_AFTER_NACK) == Answer.UNROUTABLE) {
      return Answer.UNROUTABLE;
    }
    return answer;
  }

  private Lane lane() throws IOException {
    var current = lane;
    if (current != null && current.channel().isOpen()) {
      return current;
    }
    var channel = open.connection().createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    var answers = new LinkedBlockingQueue<Answer>();
    channel.addReturnListener(unroutable -> answers.add(Answer.UNROUTABLE));
    channel.addConfirmListener(
        (tag, multiple) -> answers.add(Answer.CONFIRMED),
        (tag, multiple) -> answers.add(Answer.REFUSED));
    channel.addShutdownListener(cause -> answers.add(Answer.UNANSWERED));
    channel.confirmSelect();
    var opened = new Lane(channel, answers);
    lane = opened;
    return opened;
  }

  @Override
  public void close() {
    open.close(CLOSE_MILLIS);
  }
}
