package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.publishing.OneByOnePublisher;
import dev.warrener.messaging.broker.publishing.OneByOnePublisher.Answer;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.task.Body;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends an operator's orders: first to the log, until the broker keeps them, and then to the
 * controllers that listen now. Not thread-safe.
 */
public final class OrderSender implements AutoCloseable {
  private static final String UNCONFIRMED =
      "the broker has not confirmed that all controllers that listen have it";

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);

  private final BrokerAccess access;
  private OneByOnePublisher publisher;

  private OrderSender(BrokerAccess access) {
    this.access = access;
    this.publisher = new OneByOnePublisher(access);
  }

  /**
   * Connects.
   *
   * @throws BrokerUnreachableException if nobody answers there
   * @throws NotAllowedException if user, password or virtual host are refused
   */
  public static OrderSender open(BrokerAccess access) {
    return new OrderSender(access);
  }

  /**
   * Opens the channel for the first order, so that sending it takes less time. To be called while
   * the program waits for something else, such as a confirmation.
   *
   * @throws BrokerUnreachableException if the connection is lost
   */
  public void prepare() {
    publisher.prepare();
  }

  /** Returns the dialect of the broker. */
  public Dialect dialect() {
    return publisher.dialect();
  }

  /**
   * Sends an order, or sends it again. If the log does not take it in half of the time, the order
   * is signalled to the controllers all the same. If the log has it, the broker's confirmation of
   * the signal is awaited for half of the time at most. If the broker blocks publishers, the call
   * returns at once. The receipt tells these cases apart.
   *
   * @param replyTo a queue that gets the answers, too, besides the reports exchange; or null
   * @param timeout the limit on the whole call
   * @throws NotAllowedException if the user may not give orders
   * @throws NoSuchQueueException if there is no such fleet at this broker
   * @throws BrokerUnreachableException if the connection is lost, and can't be made again in time
   */
  public OrderReceipt send(Order order, @Nullable String replyTo, Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    var namespace = access.namespace();
    var message = message(order, replyTo);
    boolean logged = false;
    boolean isOnItsWay = false;
    String problem = null;
    if (dialect().keepsOrders()) {
      var answer = keep(message, System.nanoTime() + timeout.toNanos() / 2);
      isOnItsWay = answer == Answer.UNANSWERED;
      if (isAlarm(answer)) {
        return new OrderReceipt(false, false, false, alarm(), answer == Answer.HELD, null);
      }
      logged = answer == Answer.CONFIRMED;
      problem = logged ? null : "the log of orders did not keep it: " + inWords(answer);
    }
    Answer answer;
    try {
      // The queues of a frozen node confirm nothing for a minute. Their controllers have the log.
      long signalUntil = System.nanoTime() + timeout.toNanos() / 2;
      answer =
          publish(namespace.killExchange(), message, logged ? Math.min(signalUntil, until) : until);
    } catch (BrokerUnreachableException e) {
      if (!logged) {
        throw e;
      }
      // The log has the order: it is in force as soon as a controller reads it.
      answer = Answer.UNANSWERED;
    }
    boolean signalled = answer == Answer.CONFIRMED;
    boolean unconfirmed = answer == Answer.UNANSWERED;
    if (unconfirmed && problem != null) {
      problem += "; " + UNCONFIRMED;
    } else if (!signalled && problem == null) {
      problem =
          answer == Answer.UNROUTABLE
              ? "no controller listens at this broker now"
              : unconfirmed
                  ? UNCONFIRMED
                  : "it could not be sent to the controllers: " + inWords(answer);
    }
    return new OrderReceipt(
        logged,
        signalled,
        unconfirmed,
        isAlarm(answer) ? alarm() : null,
        logged || isOnItsWay || answer == Answer.HELD,
        problem);
  }

  /** Publishes to the log. A log that can't be reached in time keeps no order from being sent. */
  private Answer keep(Message message, long untilNanos) {
    try {
      return publish(access.namespace().logExchange(), message, untilNanos);
    } catch (BrokerUnreachableException e) {
      return Answer.UNANSWERED;
    }
  }

  private static boolean isAlarm(Answer answer) {
    return answer == Answer.BLOCKED || answer == Answer.HELD;
  }

  /** Returns the alarm that blocks publishers; it may be over by now. */
  private String alarm() {
    return Objects.requireNonNullElse(publisher.blocked(), "an alarm that is over");
  }

  private static String inWords(Answer answer) {
    return switch (answer) {
      case CONFIRMED -> "it was confirmed";
      case UNROUTABLE -> "its exchange has no queue now";
      case REFUSED -> "the broker refused it";
      case BLOCKED, HELD -> "the broker blocks publishers now";
      case UNANSWERED -> "the broker did not confirm it in time";
    };
  }

  private Message message(Order order, @Nullable String replyTo) {
    return new Message(
        Message.jsonProperties()
            .messageId(order.id())
            .type("order")
            .userId(access.address().user())
            .replyTo(replyTo)
            .timestamp(Date.from(order.issuedAt()))
            .build(),
        Body.of(ContractJson.write(order)));
  }

  /**
   * Publishes until it is confirmed, blocked, or the time is up. In the first seconds after its
   * start a broker may have no route to the log yet. A node that takes the order and answers
   * nothing any more is left for another one. The same order twice is one order.
   */
  private Answer publish(String exchange, Message message, long untilNanos) {
    var retry =
        Retry.of(
            "order",
            RetryConfig.<Answer>custom()
                .maxAttempts(Integer.MAX_VALUE)
                .intervalFunction(
                    IntervalFunction.ofExponentialRandomBackoff(
                        FIRST_RETRY, 2.0, 0.5, LONGEST_RETRY))
                .retryOnResult(
                    answer -> isWorthAnotherTry(exchange, answer) && System.nanoTime() < untilNanos)
                .retryOnException(error ->
                    error instanceof BrokerUnreachableException && System.nanoTime() < untilNanos)
                .build());
    var isOnItsWay = new AtomicBoolean();
    return retry.executeSupplier(() -> {
      var answer = publishOnce(exchange, message, untilNanos);
      isOnItsWay.compareAndSet(false, answer == Answer.UNANSWERED);
      return answer == Answer.BLOCKED && isOnItsWay.get() ? Answer.HELD : answer;
    });
  }

  /**
   * Whether publishing again may help. No queue at the kill exchange is a valid answer: no
   * controller listens. No queue at the log is a fault.
   */
  private boolean isWorthAnotherTry(String exchange, Answer answer) {
    return answer == Answer.REFUSED
        || answer == Answer.UNANSWERED
        || (answer == Answer.UNROUTABLE && exchange.equals(access.namespace().logExchange()));
  }

  private Answer publishOnce(String exchange, Message message, long untilNanos) {
    if (publisher.isSilent()) {
      publisher = publisher.elsewhere();
    } else if (!publisher.isOpen()) {
      publisher.close();
      publisher = new OneByOnePublisher(access);
    }
    long left = Math.max(1, untilNanos - System.nanoTime());
    var limit = access.settings().rpcTimeout();
    return publisher.publish(
        "an order", exchange, "", message, limit.toNanos() < left ? limit : Duration.ofNanos(left));
  }

  @Override
  public void close() {
    publisher.close();
  }
}
