package dev.warrener.operator.connection;

import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.rollcall.KnownController;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a fleet: orders go out, reports and presence come in. Over the broker, over the
 * control sockets of this host, or scripted in tests. For one thread.
 */
public interface FleetConnection extends AutoCloseable {

  /** A message of a controller, with the time at which it arrived here. */
  sealed interface Heard {
    /** Returns when it arrived. */
    Instant at();

    /**
     * A report about an order.
     *
     * @param userId the broker user who published it, for whom the broker vouches; or null
     */
    record OfReport(Report report, Instant at, @Nullable String userId) implements Heard {
      /** Makes a report for whose publisher no broker vouches. */
      public OfReport(Report report, Instant at) {
        this(report, at, null);
      }
    }

    /**
     * A controller's presence.
     *
     * @param userId the broker user who published it, for whom the broker vouches; or null
     */
    record OfPresence(Presence presence, Instant at, @Nullable String userId) implements Heard {}
  }

  /** The outcome of sending an order. */
  sealed interface Sent {
    /**
     * The order was sent to every controller that listens now.
     *
     * @param problem a sentence about what did not work, such as that the log did not keep the
     *     order, or that the broker has not confirmed it; or empty
     */
    record Broadcast(Optional<String> problem) implements Sent {}

    /**
     * No controller listens now.
     *
     * @param isKept whether the order is in the log, for controllers that come back
     */
    record NobodyListens(boolean isKept) implements Sent {}

    /**
     * The broker blocks publishers: no controller has received the order.
     *
     * @param because which alarm
     * @param isPending whether the broker has the order, and may hand it out when the alarm is over
     */
    record Blocked(String because, boolean isPending) implements Sent {
      public Blocked(String because) {
        this(because, false);
      }

      /** Returns the exception for an order that was blocked. */
      public BrokerBlockedException exception(Order order) {
        return new BrokerBlockedException(
            because,
            "the broker blocks publishers ("
                + because
                + "): "
                + (isPending
                    ? order.kind().wire()
                        + " "
                        + order.id()
                        + " waits there, and may be carried out when the alarm is over, until "
                        + order.expiresAt()
                    : "nothing was sent"),
            null);
      }
    }
  }

  /**
   * Waits until reports are received, for at most {@code patience}; returns whether they are. An
   * order can be sent all the same: then {@link #hasMissed} tells when reports are received.
   */
  default boolean listens(Duration patience) {
    return true;
  }

  /**
   * Whether a question that comes before an order is worth its time: there is a reply queue for the
   * answers. Reports that are only read from the broker's stream take longer, and an order must not
   * wait for them.
   */
  default boolean mayAskFirst() {
    return listens(Duration.ZERO);
  }

  /** Waits for the next message; returns empty if none comes within {@code patience}. */
  Optional<Heard> next(Duration patience) throws InterruptedException;

  /** Sends an order, or the same order again. */
  Sent send(Order order);

  /**
   * Returns how many controllers are connected, by the broker's count; empty if that is not known.
   * Empty never means none: {@link #miscounts} tells why the broker did not say.
   */
  OptionalInt armed();

  /**
   * Returns how many controllers still run a worker, by the broker's count; empty if the broker
   * can't be asked.
   */
  OptionalInt running();

  /**
   * Returns why {@link #armed} or {@link #running} could not be had or was wrong since the last
   * call, as the ends of sentences; empty if there was nothing wrong.
   */
  default List<String> miscounts() {
    return List.of();
  }

  /**
   * Pulls the tripwire: every controller kills all workers, requeues their tasks and holds.
   *
   * @return how many controllers were listening to it
   * @throws dev.warrener.messaging.broker.NoSuchQueueException if it was pulled before
   * @throws UnsupportedOperationException if there is no tripwire on this connection
   */
  int pullTripwire();

  /**
   * Makes the broker record who has pulled the tripwire and why, as soon as it takes messages
   * again.
   *
   * @param pulled the kill that the tripwire stood for, as a dry run
   * @return why the broker could not be told; empty if it was
   */
  default Optional<String> recordTripwire(Order pulled) {
    return Optional.empty();
  }

  /**
   * Whether the broker has a queue of tasks of that name. False if this user may not know; true if
   * the broker does not answer.
   */
  boolean queueExists(String queue);

  /** Whether the connection was down since the last call, so that messages may have been missed. */
  boolean hasMissed();

  /** Whether it reaches only the controllers of this host, and no broker. */
  default boolean isLocal() {
    return false;
  }

  /** Returns where the fleet is, as the address of its broker without the password. */
  default Optional<String> place() {
    return Optional.empty();
  }

  /**
   * Returns the controllers that are known to be there before any has answered. Over a broker they
   * are not known by name.
   */
  default Collection<KnownController> expected() {
    return List.of();
  }

  /** Returns a sentence about what a person on this host can do with a silent controller. */
  default Optional<String> lastResort(String controller) {
    return Optional.empty();
  }

  @Override
  void close();
}
