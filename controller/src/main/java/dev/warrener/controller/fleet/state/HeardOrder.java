package dev.warrener.controller.fleet.state;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.WireName;
import dev.warrener.messaging.order.Order;
import org.jspecify.annotations.Nullable;

/**
 * An order as it reached this controller.
 *
 * @param order what it says
 * @param userId who gave it: the broker's word for who published it, the operating system's for who
 *     is at the control socket, or null if nobody vouches for anybody
 * @param replyTo where the reports go besides the reports exchange, or null
 * @param origin by which way it came
 */
public record HeardOrder(
    Order order, @Nullable String userId, @Nullable String replyTo, Origin origin) {

  /** The ways by which an order comes. */
  public enum Origin implements WireName {
    /** Broadcast by the broker. */
    BROKER("broker"),
    /** Read from the broker's log: a copy of what was broadcast, once or twice. */
    LOG("log"),
    /** Over the control socket of this host: no other host hears it, and no log of the broker. */
    LOCAL("local"),
    /** The tripwire was pulled: every host makes up this order by itself. */
    TRIPWIRE("tripwire");

    private final String wire;

    Origin(String wire) {
      this.wire = wire;
    }

    @Override
    @JsonValue
    public String wire() {
      return wire;
    }
  }

  /** One that was broadcast. */
  public HeardOrder(Order order, @Nullable String userId, @Nullable String replyTo) {
    this(order, userId, replyTo, Origin.BROKER);
  }

  /** Whether nobody else keeps it, so that this controller must remember by itself. */
  public boolean isKeptHereAlone() {
    return origin == Origin.LOCAL || origin == Origin.TRIPWIRE;
  }

  public HeardOrder with(Order other) {
    return new HeardOrder(other, userId, replyTo, origin);
  }
}
