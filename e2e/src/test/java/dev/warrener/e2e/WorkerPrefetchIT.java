package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.ForeignOrder;
import dev.warrener.e2e.fixture.TestFleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kills of short tasks, of which a worker holds the next ones before it is free. The record of the
 * handlers is the judge.
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

  private long others(Set<String> named) {
    return fleet.journal().ends().keySet().stream().filter(task -> !named.contains(task)).count();
  }

  private boolean isCut(Map<String, Integer> runs, String task) {
    return runs.containsKey(task) && !fleet.journal().ends().containsKey(task);
  }
}
