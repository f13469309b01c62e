package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.Certificates;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final Event ORDER = new Event.Tripped("order");
  private static final Event STARTED = new Event.Started(WORKER, "t1", 1);
  private static final Event DEATH = new Event.TreeEmpty(Certificates.proven(WORKER));

  private final EventQueue queue = new EventQueue();

  @Test
  void ordersComeBeforeWorkersAndThoseBeforeWhatTheBrokerSends() {
    var confirmation = new Event.Published(1);
    Stream.of(confirmation, STARTED, ORDER).forEach(queue::add);

    assertThat(all()).containsExactly(ORDER, STARTED, confirmation);
  }

  @Test
  void deathComesAfterWhatTheWorkerReportedAndBeforeAFloodOfDeliveries() {
    for (int i = 0; i < 10_000; i++) {
      queue.add(new Event.Published(i));
    }
    queue.add(STARTED);
    queue.add(DEATH);

    assertThat(all()).startsWith(STARTED, DEATH).hasSize(10_002);
  }

  @Test
  void eventsAboutTheTaskConnectionKeepTheirOrder() {
    var events =
        List.of(
            new Event.BrokerUp(1),
            new Event.BarrierPassed(1),
            new Event.TimerDue(new Timer.LeaseOver()),
            new Event.ConsumptionEnded(1, "mail", "closed"),
            new Event.BacklogDone(2, 3),
            new Event.BrokerDown(1, "gone", Duration.ZERO));
    events.forEach(queue::add);

    assertThat(all()).containsExactlyElementsOf(events);
  }

  @Test
  void neitherOrdersNorWorkersWithoutEndKeepTheRestWaiting() {
    var confirmation = new Event.Published(1);
    queue.add(confirmation);
    queue.add(STARTED);
    for (int i = 0; i < 1_000; i++) {
      queue.add(ORDER);
    }

    assertThat(all().subList(0, EventQueue.MOST_IN_A_ROW + 2)).contains(STARTED, confirmation);
  }

  @Test
  void whoWaitsGetsTheNextEvent() throws Exception {
    var taken =
        CompletableFuture.supplyAsync(() -> {
          try {
            return queue.poll(Duration.ofSeconds(30).toNanos());
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });

    queue.add(ORDER);

    assertThat(taken.get()).isEqualTo(ORDER);
    assertThat(queue.poll(1)).isNull();
  }

  private List<Event> all() {
    var all = new ArrayList<Event>();
    Event next;
    while ((next = queue.poll()) != null) {
      all.add(next);
    }
    return all;
  }
}
