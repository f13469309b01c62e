package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers of short tasks have the next ones before they are free. Kills of such tasks, judged by
 * what the handlers themselves wrote down.
 */
class HandedAheadIT {
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final int TASKS = 1500;
  private static final int KILLS = 150;

  /** So many tasks the controller has taken: of those behind them an order knows nothing. */
  private static final int LOOK_AHEAD = 30;

  /** How far around the aim an order hits: while a task runs, is with a worker, or waits. */
  private static final int SPREAD = 6;

  /** So many orders later it has long been decided what an order hit. */
  private static final int JUDGED_AFTER = 4;

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Journal journal;
  private final Random random = new Random(20261126);

  @BeforeEach
  void startFleet() {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    journal = new Journal(folder.resolve("journal"));
    warrener.controller("c1", "--queue", "mail=2", "--set", "queue.mail.look-ahead=" + LOOK_AHEAD);
    observer = new Observer(vhost);
  }

  @AfterEach
  void stopFleet() {
    if (observer != null) {
      observer.close();
    }
    warrener.close();
    vhost.close();
  }

  @Test
  void killsOfShortTasksHitTheseTasksAndNoOthers() {
    for (int i = 0; i < TASKS; i++) {
      observer.publishTask("mail", "t-" + i, "journal", journal.input(0.015), Map.of());
    }
    var orders = new ArrayList<String>();
    int aim = SPREAD / 2;
    for (int i = 1; i <= KILLS; i++) {
      int begun = i * (TASKS / (KILLS + 10));
      int now =
          await("task " + begun + " begins")
              .atMost(LONG)
              .pollInterval(Duration.ofMillis(2))
              .until(() -> journal.starts().size(), starts -> starts >= begun);
      if (orders.size() >= JUDGED_AFTER) {
        // An order takes as long as this machine takes: what had ended before it was too near.
        boolean late = journal.ends().containsKey(orders.get(orders.size() - JUDGED_AFTER));
        aim = Math.clamp(aim + (late ? 1 : -1), 0, LOOK_AHEAD - SPREAD);
      }
      var task = "t-" + Math.min(TASKS - 1, now + aim + random.nextInt(SPREAD));
      orders.add(task);
      observer.publishOrder(purge(task), true);
    }

    var named = Set.copyOf(orders);
    await("the others end").atMost(LONG).until(() -> others(named) == TASKS - named.size());
    var runs = new HashMap<String, Integer>();
    journal.starts().forEach(start -> runs.merge(start.task(), 1, Integer::sum));
    assertThat(runs).as("runs of each task").allSatisfy((task, times) -> assertThat(times).isOne());
    assertThat(named).as("killed while it ran").anyMatch(task -> isCut(runs, task));
    assertThat(named).as("killed before it began").anyMatch(task -> !runs.containsKey(task));
    assertThat(observer.takeDead("mail")).isEmpty();
  }

  private long others(Set<String> named) {
    return journal.ends().keySet().stream().filter(task -> !named.contains(task)).count();
  }

  private boolean isCut(Map<String, Integer> runs, String task) {
    return runs.containsKey(task) && !journal.ends().containsKey(task);
  }

  private static String purge(String task) {
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return """
    {"version":1,"id":"%s","kind":"kill","scope":{"tasks":[{"id":"%s"}]},"inFlight":"purge",\
    "backlog":"keep","then":"respawn","graceMillis":0,"reason":"test","issuedBy":"test",\
    "issuedAt":"%s","expiresAt":"%s","dryRun":false}\
    """
        .formatted(Uuid7.next(), task, now, now.plusSeconds(600));
  }
}
