package dev.warrener.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.warrener.e2e.fixture.BreakableBroker;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.Observer;
import dev.warrener.e2e.fixture.ProcessTable;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.Capability;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.hostile.HostileMessages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random faults by seed on real processes and a real broker, judged by an independent observer.
 * docs/chaos.md says what each fault must not break, and how to run the suite for longer or again.
 */
@NeedsRabbitMq(value = "the broker is broken on purpose", with = Capability.FAULTS)
@Tag("alone")
class ChaosIT {
  private static final int CONTROLLERS = 3;
  private static final int TASKS = 24;
  private static final int HOSTILE = 60;
  private static final Duration LONG = Duration.ofMinutes(4);

  /** With more tasks waiting than this a round adds short ones alone, and no flood. */
  private static final int BACKLOG = 500;

  private static final String[] QUEUES = {"", ".retry.1", ".retry.5", ".retry.30", ".retry.120"};

  @RegisterExtension private static final BreakableBroker BROKER = new BreakableBroker();

  @RegisterExtension private final TestFleet place = TestFleet.on(BROKER);

  private final Map<String, Integer> verbs = new TreeMap<>();
  private final Map<String, Integer> orders = new TreeMap<>();
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private final Set<String> dead = new HashSet<>();
  private long seedOfDaemons;

  /** When every controller had confirmed that nothing starts; null while nothing is held. */
  private @Nullable Long heldSince;

  @Test
  void randomFaultsLoseNoTaskRunNoneAgainThatWasPurgedAndLeaveNothingAlive() {
    long seed = Long.getLong("warrener.chaos.seed", System.nanoTime() & 0xFFFFFF);
    int minutes = Integer.getInteger("warrener.chaos.minutes", 0);
    say(
        "seed %d; the same faults again: mvn verify -pl e2e -am -Dit.test=ChaosIT".formatted(seed)
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false"
            + " -Dwarrener.chaos.seed=%d -Dwarrener.chaos.minutes=%d".formatted(seed, minutes));
    var random = new Random(seed);
    seedOfDaemons = random.nextLong(0xFFFF);
    var journal = place.journal();
    var fleet = new ChaosFleet(BROKER.get(), place, CONTROLLERS);

    try (var judge = new ChaosJudge(fleet, journal)) {
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
      int rounds = 0;
      var forger = place.closing(new Forger(fleet, judge.witness()));
      while (minutes == 0 ? rounds < 10 : System.nanoTime() < end) {
        round(++rounds, random, fleet, judge, journal, forger);
      }
      calm(fleet, judge);
      var verdict = judge.verdict(dead);
      var sleepers = endAll(fleet, rounds);

      say(
          "%d rounds on %s; faults %s; orders %s, exit statuses %s; %s; %d dead letters"
              .formatted(
                  rounds,
                  BROKER.get().description(),
                  verbs,
                  orders,
                  statuses,
                  judge.figures(),
                  dead.size()));
      assertThat(verdict).as("seed %d, logs in %s", seed, place.folder()).isEmpty();
      assertThat(sleepers).as("daemons of tasks, alive after exit (seed %d)", seed).isZero();
      // A suite that ran nothing has shown nothing.
      assertThat(journal.ends().size()).isGreaterThan(rounds * TASKS / 4);
    }
  }

  private void round(
      int number,
      Random random,
      ChaosFleet fleet,
      ChaosJudge judge,
      Journal journal,
      Forger forger) {
    var batch = "b" + number;
    boolean isBehind = waiting(fleet) > BACKLOG;
    publish(batch, TASKS, isBehind ? 0.1 : 2.5, random, journal, judge);
    if (random.nextInt(5) == 0 && !isBehind) {
      publish("flood" + number, 200, 0, random, journal, judge);
      verbs.merge("Flood", 1, Integer::sum);
    }
    publishDaemon(number, random, fleet);
    boolean isHostile = random.nextInt(3) == 0;
    if (isHostile) {
      publishHostile(random.nextLong(), fleet);
    }
    var fault = Fault.any(random, fleet);
    var attack = Attack.any(random);
    var operation = random.nextInt(3) > 0 ? Operation.any(random, fleet, batch, TASKS) : null;
    boolean operatorFirst = random.nextBoolean();
    long lasts = random.nextLong(200, 4500);

    verbs.merge(fault.verb(), 1, Integer::sum);
    if (!attack.verb().isEmpty()) {
      verbs.merge(attack.verb(), 1, Integer::sum);
    }
    judge.round(fault, attack.verb().isEmpty() && isHostile ? "HostileMessages" : attack.verb());
    attack.begin(fleet, forger, random);
    if (operation != null && operatorFirst) {
      operate(operation, fleet, judge);
    }
    fault.begin(fleet);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lasts);
    if (operation != null && !operatorFirst) {
      operate(operation, fleet, judge);
    }
    await("the fault has lasted").atMost(LONG).until(() -> System.nanoTime() > until);
    fault.end(fleet);
    attack.end(fleet, forger);
    fleet.supervise();
    if (heldSince != null) {
      judge.held(heldSince, System.nanoTime(), operation instanceof Operation.Hold);
      heldSince = null;
    }
    if (operation != null) {
      resume(fleet);
    }
  }

  private void operate(Operation operation, ChaosFleet fleet, ChaosJudge judge) {
    orders.merge(operation.getClass().getSimpleName(), 1, Integer::sum);
    int status = operation.carryOut(fleet, judge);
    statuses.merge(status, 1, Integer::sum);
    if (status == 0 && operation.holdsEverything()) {
      heldSince = System.nanoTime();
    }
  }

  /** Resumes everything, and returns when the broker has the order; some receive it later. */
  private static void resume(ChaosFleet fleet) {
    await("resumed")
        .atMost(LONG)
        .until(
            () -> fleet.run("resume", "--all", "--timeout", "2s").status(),
            status -> status == 0 || status == 124 || status == 2);
  }

  private static void publish(
      String batch, int count, double longest, Random random, Journal journal, ChaosJudge judge) {
    var tasks = new LinkedHashMap<String, AMQP.BasicProperties>();
    var bodies = new LinkedHashMap<String, byte[]>();
    for (int i = 0; i < count; i++) {
      var id = batch + "." + i;
      tasks.put(
          id,
          new AMQP.BasicProperties.Builder()
              .messageId(id)
              .type("journal")
              .deliveryMode(2)
              .headers(Map.of("x-batch", batch))
              .build());
      bodies.put(
          id,
          journal
              .beating(Math.round(random.nextDouble() * longest * 10) / 10.0)
              .getBytes(StandardCharsets.UTF_8));
    }
    judge.publish(tasks, bodies);
  }

  /** Returns how long the daemons of a round sleep, which marks them in the process table. */
  private static long daemonSeconds(int round, long seed) {
    return 100_000_000L + (seed & 0xFFFF) * 1000 + round;
  }

  private void publishDaemon(int round, Random random, ChaosFleet fleet) {
    var how = new String[] {"child", "setsid", "daemon", "daemon-clean-env"};
    try (var observer = new Observer(fleet.vhost())) {
      observer.publishTask(
          ChaosFleet.QUEUE,
          "daemon-" + round,
          "spawn-children",
          "{\"count\":2,\"seconds\":%d,\"how\":\"%s\"}"
              .formatted(daemonSeconds(round, seedOfDaemons), how[random.nextInt(how.length)]),
          Map.of());
    }
  }

  /**
   * Publishes what a hostile publisher sends; every task of others must meet its end all the same.
   */
  private void publishHostile(long seed, ChaosFleet fleet) {
    verbs.merge("HostileMessages", 1, Integer::sum);
    try (var observer = new Observer(fleet.vhost())) {
      var hostile = new HostileMessages(seed, "hostile-", "echo", observer.user());
      for (int i = 0; i < HOSTILE; i++) {
        var message = hostile.next();
        observer.publishMessage(ChaosFleet.QUEUE, message.properties(), message.body());
      }
    }
  }

  private static int waiting(ChaosFleet fleet) {
    try (var observer = new Observer(fleet.vhost())) {
      return observer.waiting(ChaosFleet.QUEUE);
    }
  }

  /**
   * Waits until nothing is broken, held, waiting or running any more, for as long as it becomes
   * less.
   */
  private void calm(ChaosFleet fleet, ChaosJudge judge) {
    fleet.supervise();
    resume(fleet);
    fleet.awaitReady();
    var backlog = new Backlog();
    try (var observer = new Observer(fleet.vhost())) {
      await("every task has met its end")
          .forever()
          .failFast(
              "nothing more has ended for a long time",
              () -> assertThat(backlog).as("what is left").matches(it -> it.hasShrunkWithin(LONG)))
          .pollInterval(Duration.ofMillis(250))
          .until(() -> {
            observer
                .takeDead(ChaosFleet.QUEUE)
                .forEach(message -> dead.add(message.getProps().getMessageId()));
            int waiting = 0;
            for (var queue : QUEUES) {
              waiting += observer.waiting(ChaosFleet.QUEUE + queue);
            }
            return backlog.isGone(waiting, judge.open(dead).size());
          });
    }
  }

  /** What has not ended yet, and since when it has not become less. */
  private static final class Backlog {
    private volatile int least = Integer.MAX_VALUE;
    private volatile long since = System.nanoTime();
    private volatile String words = "";

    boolean isGone(int waiting, int open) {
      words = waiting + " tasks waiting and " + open + " open";
      if (waiting + open < least) {
        least = waiting + open;
        since = System.nanoTime();
      }
      return least == 0;
    }

    boolean hasShrunkWithin(Duration limit) {
      return System.nanoTime() - since < limit.toNanos();
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** Ends all controllers by an order; returns how many of the tasks' daemons are alive then. */
  private int endAll(ChaosFleet fleet, int rounds) {
    fleet.run("kill", "--all", "--then", "exit", "-y", "--timeout", "20s").succeeded();
    for (var id : fleet.ids()) {
      try {
        assertThat(fleet.controller(id).awaitExit()).isZero();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    int alive = 0;
    for (int round = 1; round <= rounds; round++) {
      alive += ProcessTable.sleepers(daemonSeconds(round, seedOfDaemons)).size();
    }
    return alive;
  }

  private static void say(String what) {
    System.err.println("[chaos] " + what);
  }
}
