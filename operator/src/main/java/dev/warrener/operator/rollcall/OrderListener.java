package dev.warrener.operator.rollcall;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Receives the progress of an order. Every method is called on the thread that waits for the order,
 * so a method that blocks delays it.
 */
public interface OrderListener {
  /** A listener that ignores everything. */
  OrderListener NONE = new OrderListener() {};

  /**
   * The order was sent.
   *
   * @param order the order as it was sent
   * @param problem a sentence about a partial failure, such as that the log did not keep the order;
   *     empty if there was none
   */
  default void sent(Order order, Instant at, Optional<String> problem) {}

  /**
   * A report has been counted in {@code call}.
   *
   * @param userId the broker user who published it, for whom the broker vouches; or null
   */
  default void heard(Report report, @Nullable String userId, RollCall call, Instant at) {
    heard(report, call, at);
  }

  /** A report has been counted in {@code call}, whoever published it. */
  default void heard(Report report, RollCall call, Instant at) {}

  /** Time has passed: at least every tenth of a second. */
  default void tick(RollCall call, Instant now) {}

  /**
   * The broker blocks publishers, and the tripwire is about to be pulled instead of sending a kill
   * of everything.
   *
   * @param alarm the alarm, in the broker's words
   */
  default void pullingTripwire(String alarm) {}

  /**
   * The tripwire has been pulled.
   *
   * @param listening how many controllers were listening to it
   * @param before whether the tripwire had been pulled before, without a resume since
   */
  default void pulledTripwire(int listening, boolean before) {}

  /** The broker could not be told who has pulled the tripwire, and will not record it. */
  default void tripwireNotRecorded(String because) {}
}
