package dev.warrener.messaging.broker.orders;

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
    return Order.builder(OrderKind.KILL, Scope.ALL)
        .inFlight(InFlight.REQUEUE)
        .then(Then.HOLD)
        .reason("a test")
        .issuedBy("ana")
        .issuedAt(now)
        .expiresAt(now.plusSeconds(60))
        .build();
  }
}
