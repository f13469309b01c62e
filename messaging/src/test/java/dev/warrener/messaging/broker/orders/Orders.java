package dev.warrener.messaging.broker.orders;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import java.time.Instant;

/** Orders for tests. */
public final class Orders {
  private Orders() {}

  public static Order killAll() {
    var now = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    return new Order(
        Order.VERSION,
        Uuid7.next(),
        OrderKind.KILL,
        Scope.ALL,
        InFlight.REQUEUE,
        Backlog.KEEP,
        Then.HOLD,
        0,
        "a test",
        "ana",
        now,
        now.plusSeconds(60),
        false);
  }
}
