package dev.warrener.controller.inbox;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.orders.ReceivedOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Receives orders and posts events about them. A controller's answer to an order names the other
 * controllers that it knows of, so when they were last seen is posted just before the order.
 * Thread-safe.
 */
public final class OrderInbox implements OrderFeed.Listener {
  private final Supplier<Map<String, Instant>> othersSeen;
  private final Consumer<Event> events;
  private final TrustedUsers trusted;

  /**
   * Makes an inbox.
   *
   * @param othersSeen returns when controllers were last seen whose presence was received and not
   *     decoded; each call returns the news since the previous call
   * @param trusted is told who gives orders
   * @param events receives the events
   */
  public OrderInbox(
      Supplier<Map<String, Instant>> othersSeen, TrustedUsers trusted, Consumer<Event> events) {
    this.trusted = trusted;
    this.othersSeen = othersSeen;
    this.events = events;
  }

  @Override
  public void synced(long generation, List<ReceivedOrder> log, boolean tripped) {
    var orders = new ArrayList<HeardOrder>();
    for (var received : log) {
      if (received instanceof ReceivedOrder.Decoded decoded) {
        orders.add(heard(decoded));
      }
    }
    post(new Event.OrdersSynced(List.copyOf(orders), tripped ? Uuid7.next() : null));
  }

  @Override
  public void ordered(ReceivedOrder order) {
    switch (order) {
      case ReceivedOrder.Decoded decoded -> post(new Event.OrderArrived(heard(decoded)));
      case ReceivedOrder.Pulled _ -> {
        // It tells people who has pulled the tripwire, and asks for nothing.
      }
      case ReceivedOrder.Unreadable unreadable ->
          post(
              new Event.UnreadableOrder(
                  unreadable.id(), unreadable.userId(), unreadable.because(), origin(unreadable)));
    }
  }

  @Override
  public void tripped(long generation) {
    post(new Event.Tripped(Uuid7.next()));
  }

  @Override
  public void down(long generation, String reason, Duration silence) {
    events.accept(new Event.OrdersDown(reason, silence));
  }

  /** Posts an event about an order, and before it when other controllers were last seen. */
  public void post(Event order) {
    var seen = othersSeen.get();
    if (!seen.isEmpty()) {
      events.accept(new Event.OthersSeen(seen));
    }
    events.accept(order);
  }

  private HeardOrder heard(ReceivedOrder.Decoded decoded) {
    trusted.noteOrderBy(decoded.userId());
    return new HeardOrder(decoded.order(), decoded.userId(), decoded.replyTo(), origin(decoded));
  }

  private static HeardOrder.Origin origin(ReceivedOrder order) {
    return order.offset() == null ? HeardOrder.Origin.BROKER : HeardOrder.Origin.LOG;
  }
}
