package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.WireName;
import dev.warrener.messaging.order.Order;
import org.jspecify.annotations.Nullable;

/**
 * An order as it reached this controller. Immutable.
 *
 * @param order the order
 * @param userId the user who gave the order: the publisher as verified by the broker, or the user
 *     of the control socket as verified by the operating system; null if nobody is verified
 * @param replyTo a queue that gets the reports as well as the reports exchange, or null
 * @param origin the way by which it came
 * @param given the order as it was given, of which {@code order} may be the part that is still to
 *     be carried out
 */
public record HeardOrder(
    Order order, @Nullable String userId, @Nullable String replyTo, Origin origin, Order given) {

  /** The ways by which an order can arrive. */
  public enum Origin implements WireName {
    /** The broker broadcast it. */
    BROKER("broker"),
    /** The order was read from the broker's log, which holds each broadcast once or twice. */
    LOG("log"),
    /** The order came over the control socket: no other host and no log receives it. */
    LOCAL("local"),
    /** The tripwire was pulled: every host makes this order by itself. */
    TRIPWIRE("tripwire");

    private final String wire;

    Origin(String wire) {
      this.wire = wire;
    }

    @Override
    public String wire() {
      return wire;
    }
  }

  /** Creates an order of which everything is to be carried out. */
  public HeardOrder(Order order, @Nullable String userId, @Nullable String replyTo, Origin origin) {
    this(order, userId, replyTo, origin, order);
  }

  /** Creates an order that was broadcast. */
  public HeardOrder(Order order, @Nullable String userId, @Nullable String replyTo) {
    this(order, userId, replyTo, Origin.BROKER);
  }

  /** Whether nobody else keeps the order, so that this controller must keep its effect itself. */
  public boolean isKeptHereAlone() {
    return origin == Origin.LOCAL || origin == Origin.TRIPWIRE;
  }

  /** Returns a copy of which only a part is to be carried out. */
  public HeardOrder with(Order part) {
    return new HeardOrder(part, userId, replyTo, origin, given);
  }
}
