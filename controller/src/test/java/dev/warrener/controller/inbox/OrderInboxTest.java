package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrderInboxTest {
  private static final Instant SEEN = Instant.parse("2026-11-28T00:00:00Z");

  private final Map<String, Instant> others = new HashMap<>(Map.of("web-2", SEEN));
  private final List<Event> events = new ArrayList<>();
  private final OrderInbox inbox =
      new OrderInbox(this::takeSeen, new TrustedUsers("controller", Set.of()), events::add);

  @Test
  void otherControllersArePostedBeforeAnOrder() {
    inbox.tripped(1);
    inbox.synced(1, List.of(), false);

    assertThat(events)
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo(new Event.OthersSeen(Map.of("web-2", SEEN))),
            second -> assertThat(second).isInstanceOf(Event.Tripped.class),
            third -> assertThat(third).isEqualTo(new Event.OrdersSynced(List.of(), null)));
  }

  @Test
  void lossOfTheConnectionIsPostedByItself() {
    inbox.down(1, "reset by peer", Duration.ZERO);

    assertThat(events).containsExactly(new Event.OrdersDown("reset by peer", Duration.ZERO));
  }

  private Map<String, Instant> takeSeen() {
    var seen = Map.copyOf(others);
    others.clear();
    return seen;
  }
}
