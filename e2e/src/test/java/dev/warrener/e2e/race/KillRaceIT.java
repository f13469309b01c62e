package dev.warrener.e2e.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.testbroker.NeedsRabbitMq;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tasks that are killed at the very moment they end. The judge believes only what the workers
 * themselves wrote down, and what a plain AMQP client finds at the broker.
 */
@Tag("alone")
class KillRaceIT {
  private static final int KILLS = Integer.getInteger("warrener.race.kills", 1000);
  private static final int WORKERS = 6;

  /** How long each task runs. */
  private static final long RUN_MICROS = 60_000;

  /** How far an order may miss the end of its run, to either side. */
  private static final int SPREAD_MICROS = 5_000;

  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  private final JsonMapper json = new JsonMapper();
  private final Map<String, Race> byTask = new ConcurrentHashMap<>();
  private final Map<String, Race> byOrder = new ConcurrentHashMap<>();
  private final Semaphore waiting = new Semaphore(3 * WORKERS);
  private final CountDownLatch results = new CountDownLatch(KILLS);
  private final CountDownLatch answers = new CountDownLatch(KILLS);
  private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final Random random = new Random(20261123);

  /** How long after its task's start an order is sent, adjusted so that half of them are late. */
  private final AtomicLong aim = new AtomicLong(RUN_MICROS);

  private Connection connection;
  private Channel orders;
  private String user = "";

  @BeforeEach
  void connect() throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(fleet.vhost().uri());
    user = factory.getUsername();
    connection = factory.newConnection("racer");
    fleet.closing(() -> connection.abort());
    orders = connection.createChannel();
  }

  @AfterEach
  void stopKilling() {
    killer.shutdownNow();
  }

  @Test
  @NeedsRabbitMq("thousands of kills take longer there than they show")
  void killAtTheMomentATaskEndsHitsThatTaskOrNothing() throws Exception {
    var journal = fleet.closing(RaceJournal.open(fleet.folder(), new Notes()));
    startController(journal);
    listen();
    var replies = listenForResults();
    long began = System.nanoTime();
    publishAll(replies);
    awaitAll("results", results);
    awaitAll("answers to orders", answers);
    judge(Duration.ofNanos(System.nanoTime() - began));
  }

  private void awaitAll(String what, CountDownLatch latch) {
    await(what)
        .atMost(Duration.ofMinutes(15))
        .until(() -> {
          assertThat(broken.get()).isNull();
          return latch.getCount() == 0;
        });
  }

  private void startController(RaceJournal journal) throws IOException {
    var worker = fleet.folder().resolve("racing-worker.pl");
    try (var script = KillRaceIT.class.getResourceAsStream("/racing-worker.pl")) {
      Files.write(worker, script.readAllBytes());
    }
    var settings =
        fleet.file("c1.properties", "worker.command=perl " + worker + " " + journal.pipe() + "\n");
    fleet.controller("c1", "--queue", "race=" + WORKERS, "--config", settings.toString());
  }

  /** Takes the journal into the races, and has each task killed about when it ends. */
  private final class Notes implements RaceJournal.Reader {
    @Override
    public void started(String task, Race.Run run) {
      var race = race(task);
      race.runs.add(run);
      if (race.runs.size() == 1) {
        long delay = aim.get() + random.nextInt(2 * SPREAD_MICROS) - SPREAD_MICROS;
        var _ = killer.schedule(() -> kill(race, run), delay, TimeUnit.MICROSECONDS);
      }
    }

    @Override
    public void ended(String task) {
      race(task).runs.getLast().ended = true;
    }

    @Override
    public void reported(String task) {
      race(task).runs.getLast().reported = true;
    }

    @Override
    public void broken(Exception reason) {
      broken.compareAndSet(null, reason);
    }
  }

  private Race race(String task) {
    var race = byTask.get(task);
    if (race == null) {
      throw new IllegalStateException("there is no task " + task);
    }
    return race;
  }

  // The plain client.

  private void publishAll(String replies) throws Exception {
    var channel = connection.createChannel();
    for (int i = 0; i < KILLS; i++) {
      assertThat(waiting.tryAcquire(1, TimeUnit.MINUTES))
          .as("a task ends, after %s of them; %s", i, broken.get())
          .isTrue();
      var race = new Race(i);
      byTask.put(race.task, race);
      byOrder.put(race.order, race);
      channel.basicPublish(
          fleet.vhost().namespace() + ".tasks",
          "race",
          true,
          new AMQP.BasicProperties.Builder()
              .messageId(race.task)
              .type("race")
              .deliveryMode(2)
              .replyTo(replies)
              .build(),
          Double.toString(RUN_MICROS / 1e6).getBytes(StandardCharsets.UTF_8));
    }
  }

  private void kill(Race race, Race.Run run) {
    try {
      orders.basicPublish(
          fleet.vhost().namespace() + ".kill",
          "",
          true,
          new AMQP.BasicProperties.Builder()
              .contentType("application/json")
              .deliveryMode(2)
              .userId(user)
              .build(),
          order(race, run).getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      broken.compareAndSet(null, e);
    }
  }

  /** Returns an order with the fields that the contract requires, and no others. */
  private static String order(Race race, Race.Run run) {
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var workers =
        race.fencesWorker
            ? ",\"workers\":[{\"id\":\"%s\",\"incarnation\":%d}]"
                .formatted(run.worker, run.incarnation)
            : "";
    return """
    {"version":1,"id":"%s","kind":"kill","scope":{"tasks":[{"id":"%s","attempt":1}]%s},\
    "inFlight":"%s","then":"respawn","graceMillis":0,"issuedAt":"%s","expiresAt":"%s"}\
    """
        .formatted(race.order, race.task, workers, race.fate, now, now.plusSeconds(60));
  }

  private void listen() throws IOException {
    var channel = connection.createChannel();
    var queue = channel.queueDeclare("", false, true, false, null).getQueue();
    channel.queueBind(queue, fleet.vhost().namespace() + ".reports", "kill.#");
    channel.basicConsume(queue, true, (tag, message) -> report(message), tag -> {});
  }

  private void report(Delivery message) {
    var report = json.readTree(message.getBody());
    var race = byOrder.get(report.get("order").asString());
    if (race == null) {
      return;
    }
    race.reports.add(report);
    var type = report.get("type").asString();
    boolean answer = type.equals("controller.done") || type.equals("controller.refused");
    // An order reaches a controller by the signal and by the log, and is answered each time.
    if (answer && race.answered.compareAndSet(false, true)) {
      boolean hit = !race.reports("task.settled").isEmpty();
      aim.updateAndGet(delay -> Math.clamp(delay + (hit ? 500 : -500), 0, 2 * RUN_MICROS));
      answers.countDown();
    }
  }

  private String listenForResults() throws IOException {
    var channel = connection.createChannel();
    var queue = channel.queueDeclare("", false, true, false, null).getQueue();
    channel.queueBind(queue, fleet.vhost().namespace() + ".results", queue);
    channel.basicConsume(
        queue,
        true,
        (tag, message) -> {
          var result = json.readTree(message.getBody());
          race(result.get("task").asString()).results.add(result);
          results.countDown();
          waiting.release();
        },
        tag -> {});
    return queue;
  }

  private void judge(Duration took) {
    var tally = new RaceJudge(fleet.observer().takeDead("race")).judge(byTask.values());
    assertThat(fleet.observer().waiting("race")).isZero();
    System.out.println(
        "%d kills of tasks at their end in %.0f s: %d killed (%d after their handler's last act), %d finished; %d orders were refused"
            .formatted(
                KILLS,
                took.toMillis() / 1e3,
                tally.killed(),
                tally.atTheEnd(),
                tally.finished(),
                tally.refused()));
    // Otherwise the test would have shown nothing.
    assertThat(tally.killed()).as("tasks killed").isGreaterThan(KILLS / 10);
    assertThat(tally.finished()).as("tasks that finished first").isGreaterThan(KILLS / 10);
  }
}
