package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ForeignOrder;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.TestFleet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kills and expiry of short tasks, of which a worker holds the next ones before it is free. The
 * record of the handlers is the judge.
 */
class WorkerPrefetchIT {
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final int TASKS = 1500;
  private static final int KILLS = 150;

  /** The tasks that the controller takes in advance; an order can't hit those behind them. */
  private static final int LOOK_AHEAD = 30;

  /** The spread of the aims: some tasks run, some are with a worker, and some wait. */
  private static final int SPREAD = 6;

  /** The number of orders after which it is certain what an earlier one hit. */
  private static final int JUDGED_AFTER = 4;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private final Random random = new Random(20261126);

  @BeforeEach
  void startController() {
    fleet.controller("c1", "--queue", "mail=2", "--set", "queue.mail.look-ahead=" + LOOK_AHEAD);
  }

  @Test
  void killsOfShortTasksHitTheseTasksAndNoOthers() {
    for (int i = 0; i < TASKS; i++) {
      fleet.publish("mail", "t-" + i, 0.015);
    }
    var orders = new ArrayList<String>();
    int aim = SPREAD / 2;
    for (int i = 1; i <= KILLS; i++) {
      int begun = i * (TASKS / (KILLS + 10));
      int now =
          await("task " + begun + " begins")
              .atMost(LONG)
              .pollInterval(Duration.ofMillis(2))
              .until(() -> fleet.journal().starts().size(), starts -> starts >= begun);
      if (orders.size() >= JUDGED_AFTER) {
        // How long an order takes depends on the machine: a task that ended first was too near.
        boolean late = fleet.journal().ends().containsKey(orders.get(orders.size() - JUDGED_AFTER));
        aim = Math.clamp(aim + (late ? 1 : -1), 0, LOOK_AHEAD - SPREAD);
      }
      var task = "t-" + Math.min(TASKS - 1, now + aim + random.nextInt(SPREAD));
      orders.add(task);
      var kill = ForeignOrder.kill("\"tasks\":[{\"id\":\"" + task + "\"}]");
      fleet.observer().publishOrder(kill.withInFlight("purge").json(), true);
    }

    var named = Set.copyOf(orders);
    await("the others end").atMost(LONG).until(() -> others(named) == TASKS - named.size());
    var runs = new HashMap<String, Integer>();
    fleet.journal().starts().forEach(start -> runs.merge(start.task(), 1, Integer::sum));
    assertThat(runs).as("runs of each task").allSatisfy((task, times) -> assertThat(times).isOne());
    assertThat(named).as("killed while it ran").anyMatch(task -> isCut(runs, task));
    assertThat(named).as("killed before it began").anyMatch(task -> !runs.containsKey(task));
    assertThat(fleet.observer().takeDead("mail")).isEmpty();
  }

  @Test
  void taskThatExpiresBehindALongRunDoesNotStart() {
    for (int i = 0; i < 100; i++) {
      fleet.publish("mail", "short-" + i, 0);
    }
    await("short tasks end").atMost(LONG).until(() -> fleet.journal().ends().size() == 100);
    fleet.publish("mail", "long-1", 5);
    fleet.publish("mail", "long-2", 5);
    var soon = Map.<String, Object>of("x-expires-at", Instant.now().plusSeconds(2).toString());
    for (int i = 0; i < 4; i++) {
      fleet.publish("mail", "late-" + i, 0, soon);
    }
    fleet.publish("mail", "next", 0);

    fleet.awaitEnded("long-1", "long-2", "next");

    assertThat(fleet.journal().starts())
        .extracting(Journal.Start::task)
        .doesNotContain("late-0", "late-1", "late-2", "late-3");
    await("they are dead letters")
        .atMost(LONG)
        .untilAsserted(() -> assertThat(fleet.observer().waiting("mail.dead")).isEqualTo(4));
  }

  private long others(Set<String> named) {
    return fleet.journal().ends().keySet().stream().filter(task -> !named.contains(task)).count();
  }

  private boolean isCut(Map<String, Integer> runs, String task) {
    return runs.containsKey(task) && !fleet.journal().ends().containsKey(task);
  }
}
