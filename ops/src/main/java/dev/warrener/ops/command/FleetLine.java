package dev.warrener.ops.command;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.ops.rollcall.Known;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A command's line to the fleet: orders go out, reports and presence come in. Over the broker in
 * earnest, a script in tests. For one thread.
 */
interface FleetLine extends AutoCloseable {

  /** Something that a controller said, with the time at which it arrived here. */
  sealed interface Heard {
    /** When it arrived. */
    Instant at();

    /** A report about an order. */
    record OfReport(Report report, Instant at) implements Heard {}

    /** A controller's presence. */
    record OfPresence(Presence presence, Instant at) implements Heard {}
  }

  /** What became of an order that was sent. */
  sealed interface Sent {
    /**
     * It was handed to every controller that listens now.
     *
     * @param problem a sentence about what did not work, such as that the log did not take it; or
     *     empty
     */
    record Broadcast(Optional<String> problem) implements Sent {}

    /**
     * No controller listens now.
     *
     * @param isKept whether it is in the log, for controllers that come
     */
    record NobodyListens(boolean isKept) implements Sent {}

    /**
     * The broker takes no publishes: no controller has heard the order.
     *
     * @param because which alarm
     * @param isPending whether the broker has it, and may hand it out when the alarm is over
     */
    record Blocked(String because, boolean isPending) implements Sent {
      Blocked(String because) {
        this(because, false);
      }

      /** That it is so, as the beginning of a sentence, and what it means for the order. */
      String sentence(Order order) {
        return "the broker takes no publishes ("
            + because
            + "): "
            + (isPending
                ? order.kind().wire()
                    + " "
                    + order.id()
                    + " waits there, and may be carried out when it takes them again, until "
                    + order.expiresAt()
                : "nothing was sent");
      }
    }
  }

  /** The next thing that was said, or empty if nothing was within {@code patience}. */
  Optional<Heard> next(Duration patience) throws InterruptedException;

  /** Sends an order, or the same one again. */
  Sent send(Order order);

  /** How many controllers are connected, by the broker's count; empty if it can't be asked. */
  OptionalInt armed();

  /** How many controllers still run a worker, by the broker's count; empty if it can't be asked. */
  OptionalInt running();

  /**
   * Pulls the tripwire: every controller kills all, requeues and holds.
   *
   * @return how many controllers were listening to it
   * @throws dev.warrener.messaging.broker.NoSuchQueueException if it was pulled before
   */
  int pullTripwire();

  /** Whether the broker has a queue of tasks of that name; false too if it can't be asked. */
  boolean queueExists(String queue);

  /** Whether the line was down since the last call: something may have been said unheard. */
  boolean hasMissed();

  /** Whether it reaches the controllers of this host alone, and no broker. */
  default boolean isLocal() {
    return false;
  }

  /** Controllers that are there, whatever they say; those of a broker are not known by name. */
  default Collection<Known> expected() {
    return List.of();
  }

  /** A sentence about what a person on this host can do with a controller that says nothing. */
  default Optional<String> lastResort(String controller) {
    return Optional.empty();
  }

  @Override
  void close();
}
