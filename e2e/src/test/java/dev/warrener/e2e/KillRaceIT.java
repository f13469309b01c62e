package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.warrener.messaging.Uuid7;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tasks that are killed at the very moment they end. Who hit whom is judged by what the workers
 * themselves wrote down, and by what a plain AMQP client finds at the broker: our code has no say.
 */
class KillRaceIT {
  private static final int KILLS = Integer.getInteger("warrener.race.kills", 5000);
  private static final int WORKERS = 6;

  /** How long each task runs. */
  private static final long RUN_MICROS = 60_000;

  /** Around the end of a run, so far to either side. */
  private static final int SPREAD_MICROS = 5_000;

  private static final List<String> FATES = List.of("dead-letter", "purge", "requeue");

  /** One start of a task, as its worker wrote it down. */
  private static final class Run {
    final int attempt;
    final String worker;
    final long incarnation;
    volatile boolean ended;
    volatile boolean said;

    Run(int attempt, String worker, long incarnation) {
      this.attempt = attempt;
      this.worker = worker;
      this.incarnation = incarnation;
    }
  }

  /** All that became of one task and of the order to kill it. */
  private static final class Race {
    final String task;
    final String fate;
    final boolean fencesWorker;
    final String order = Uuid7.next();
    final List<Run> runs = Collections.synchronizedList(new ArrayList<>());
    final List<JsonNode> reports = Collections.synchronizedList(new ArrayList<>());
    final AtomicBoolean answered = new AtomicBoolean();
    final List<JsonNode> results = Collections.synchronizedList(new ArrayList<>());

    Race(int number) {
      task = "race-" + number;
      fate = FATES.get(number % FATES.size());
      fencesWorker = number % 4 == 0;
    }

    List<JsonNode> reports(String type) {
      synchronized (reports) {
        return reports.stream().filter(one -> one.get("type").asString().equals(type)).toList();
      }
    }
  }

  private final JsonMapper json = new JsonMapper();
  private final Map<String, Race> byTask = new ConcurrentHashMap<>();
  private final Map<String, Race> byOrder = new ConcurrentHashMap<>();
  private final Semaphore waiting = new Semaphore(3 * WORKERS);
  private final CountDownLatch results = new CountDownLatch(KILLS);
  private final CountDownLatch answers = new CountDownLatch(KILLS);
  private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final Random random = new Random(20261123);

  /** After its start an order goes out so late that half of them come too late. */
  private final AtomicLong aim = new AtomicLong(RUN_MICROS);

  @TempDir private Path folder;
  private Vhost vhost;
  private Warrener warrener;
  private Observer observer;
  private Connection connection;
  private Channel orders;
  private String user = "";

  @BeforeEach
  void connect() throws Exception {
    vhost = TestBroker.get().freshVhost();
    warrener = new Warrener(vhost, folder);
    var factory = new ConnectionFactory();
    factory.setUri(vhost.uri());
    user = factory.getUsername();
    connection = factory.newConnection("racer");
    orders = connection.createChannel();
  }

  @AfterEach
  void stop() {
    killer.shutdownNow();
    if (observer != null) {
      observer.close();
    }
    warrener.close();
    connection.abort();
    vhost.close();
  }

  @Test
  @NeedsRabbitMq("thousands of kills take longer there than they show")
  void killAtTheMomentATaskEndsHitsThatTaskOrNothing() throws Exception {
    var pipe = pipe();
    startController(pipe);
    observer = new Observer(vhost);
    listen();
    var replies = listenForResults();
    try (var _ = openJournal(pipe)) {
      long began = System.nanoTime();
      publishAll(replies);
      awaitAll("results", results);
      awaitAll("answers to orders", answers);
      judge(Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private void awaitAll(String what, CountDownLatch latch) {
    await(what)
        .atMost(Duration.ofMinutes(5))
        .until(() -> {
          assertThat(broken.get()).isNull();
          return latch.getCount() == 0;
        });
  }

  // The fleet.

  private Path pipe() throws IOException, InterruptedException {
    var pipe = folder.resolve("journal");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  private void startController(Path pipe) throws IOException {
    var worker = folder.resolve("racing-worker.pl");
    try (var script = KillRaceIT.class.getResourceAsStream("/racing-worker.pl")) {
      Files.write(worker, script.readAllBytes());
    }
    var settings = folder.resolve("c1.properties");
    Files.writeString(settings, "worker.command=perl " + worker + " " + pipe + "\n");
    // A worker opens the pipe when it starts, and that takes somebody who reads.
    readJournal(pipe);
    warrener.controller("c1", "--queue", "race=" + WORKERS, "--config", settings.toString());
  }

  // The journal.

  private final CountDownLatch journalOpen = new CountDownLatch(1);

  private FileOutputStream openJournal(Path pipe) throws Exception {
    var writer = new FileOutputStream(pipe.toFile(), true);
    assertThat(journalOpen.await(1, TimeUnit.MINUTES)).isTrue();
    return writer;
  }

  private void readJournal(Path pipe) {
    Thread.ofPlatform()
        .name("journal")
        .daemon()
        .start(() -> {
          try (var reader =
              new BufferedReader(
                  new InputStreamReader(
                      new FileInputStream(pipe.toFile()), StandardCharsets.UTF_8))) {
            journalOpen.countDown();
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
              note(line);
            }
          } catch (IOException | RuntimeException e) {
            broken.compareAndSet(null, e);
          }
        });
  }

  private void note(String text) {
    var line = text.split(" ", -1);
    if (line.length < 3) {
      throw new IllegalStateException("an unknown line of the journal: " + text);
    }
    var race = race(line[1]);
    if (line[0].equals("start")) {
      if (line.length != 5 || line[4].isEmpty()) {
        throw new IllegalStateException("a broken line of the journal: " + text);
      }
      var run = new Run(Integer.parseInt(line[2]), line[3], Long.parseLong(line[4]));
      race.runs.add(run);
      if (race.runs.size() == 1) {
        long delay = aim.get() + random.nextInt(2 * SPREAD_MICROS) - SPREAD_MICROS;
        var _ = killer.schedule(() -> kill(race, run), delay, TimeUnit.MICROSECONDS);
      }
      return;
    }
    var run = race.runs.getLast();
    if (line[0].equals("end")) {
      run.ended = true;
    } else {
      run.said = true;
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
          vhost.namespace() + ".tasks",
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

  private void kill(Race race, Run run) {
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var scope =
        "\"tasks\":[{\"id\":\""
            + race.task
            + "\",\"attempt\":1}]"
            + (race.fencesWorker
                ? ",\"workers\":[{\"id\":\""
                    + run.worker
                    + "\",\"incarnation\":"
                    + run.incarnation
                    + "}]"
                : "");
    var order =
        "{\"version\":1,\"id\":\""
            + race.order
            + "\",\"kind\":\"kill\",\"scope\":{"
            + scope
            + "},\"inFlight\":\""
            + race.fate
            + "\",\"then\":\"respawn\",\"graceMillis\":0,\"issuedAt\":\""
            + now
            + "\",\"expiresAt\":\""
            + now.plusSeconds(60)
            + "\"}";
    try {
      orders.basicPublish(
          vhost.namespace() + ".kill",
          "",
          true,
          new AMQP.BasicProperties.Builder()
              .contentType("application/json")
              .deliveryMode(2)
              .userId(user)
              .build(),
          order.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      broken.compareAndSet(null, e);
    }
  }

  private void listen() throws IOException {
    var channel = connection.createChannel();
    var queue = channel.queueDeclare("", false, true, false, null).getQueue();
    channel.queueBind(queue, vhost.namespace() + ".reports", "kill.#");
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
    channel.queueBind(queue, vhost.namespace() + ".results", queue);
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

  // The judge.

  private void judge(Duration took) {
    var dead = new HashMap<String, List<String>>();
    for (var letter : observer.takeDead("race")) {
      dead.computeIfAbsent(letter.getProps().getMessageId(), id -> new ArrayList<>())
          .add(String.valueOf(Observer.headers(letter).get("x-dead-order")));
    }
    assertThat(observer.waiting("race")).isZero();
    int killed = 0;
    int finished = 0;
    int refused = 0;
    int atTheEnd = 0;
    for (var race : byTask.values()) {
      var what = what(race, dead.get(race.task));
      boolean hit = judgeOrder(race, what);
      if (hit) {
        killed++;
        judgeKilled(race, dead.get(race.task), what);
        atTheEnd += race.runs.getFirst().ended ? 1 : 0;
      } else {
        finished++;
        assertThat(race.runs).as(what).hasSize(1);
        assertThat(race.runs.getFirst().ended).as(what).isTrue();
        assertThat(outcomes(race)).as(what).containsExactly("succeeded");
        assertThat(dead.get(race.task)).as(what).isNull();
      }
      refused += race.reports("controller.refused").isEmpty() ? 0 : 1;
      assertThat(race.runs).as(what).allMatch(run -> run.attempt == 1);
    }
    System.out.println(
        "%d kills of tasks at their end in %.0f s: %d killed (%d after their handler's last act), %d finished; %d orders were refused"
            .formatted(KILLS, took.toMillis() / 1e3, killed, atTheEnd, finished, refused));
    // Else the test would have shown nothing.
    assertThat(killed).as("tasks killed").isGreaterThan(KILLS / 10);
    assertThat(finished).as("tasks that finished first").isGreaterThan(KILLS / 10);
  }

  /** Answers of one kind, that fit what was done; returns whether the task was reported killed. */
  private static boolean judgeOrder(Race race, String what) {
    var done = race.reports("controller.done");
    var refused = race.reports("controller.refused");
    var certificates = race.reports("worker.dead");
    var settled = race.reports("task.settled");
    assertThat(done.isEmpty()).as(what).isNotEqualTo(refused.isEmpty());
    var first = race.runs.getFirst();
    for (var certificate : certificates) {
      assertThat(certificate.get("worker").asString()).as(what).isEqualTo(first.worker);
      assertThat(certificate.get("incarnation").asLong()).as(what).isEqualTo(first.incarnation);
    }
    for (var one : settled) {
      assertThat(one.get("task").asString()).as(what).isEqualTo(race.task);
      assertThat(one.get("attempt").asInt()).as(what).isEqualTo(1);
    }
    if (!refused.isEmpty()) {
      assertThat(certificates).as(what).isEmpty();
      assertThat(settled).as(what).isEmpty();
      assertThat(refused.getFirst().get("because").asString())
          .as(what)
          .matches(".*has ended here|worker .* is incarnation \\d+ now, not \\d+; it .*");
      return false;
    }
    for (var one : done) {
      assertThat(one.get("failed")).as(what).isEmpty();
      assertThat(one.get("workers").asInt()).as(what).isEqualTo(certificates.size());
      assertThat(one.get("tasks").asInt()).as(what).isEqualTo(settled.size());
    }
    assertThat(settled).as(what).hasSizeLessThanOrEqualTo(certificates.size());
    return !settled.isEmpty();
  }

  private static void judgeKilled(Race race, @Nullable List<String> dead, String what) {
    assertThat(race.runs.getFirst().said).as(what).isFalse();
    switch (race.fate) {
      case "requeue" -> {
        assertThat(outcomes(race)).as(what).containsExactly("succeeded");
        assertThat(race.runs).as(what).hasSize(2);
        assertThat(race.runs.getLast().ended).as(what).isTrue();
        assertThat(dead).as(what).isNull();
      }
      case "purge" -> {
        assertThat(outcomes(race)).as(what).containsExactly("killed");
        assertThat(race.runs).as(what).hasSize(1);
        assertThat(dead).as(what).isNull();
      }
      default -> {
        assertThat(outcomes(race)).as(what).containsExactly("killed");
        assertThat(race.runs).as(what).hasSize(1);
        assertThat(dead).as(what).containsExactly(race.order);
      }
    }
  }

  private static List<String> outcomes(Race race) {
    return race.results.stream().map(result -> result.get("outcome").asString()).toList();
  }

  private static String what(Race race, @Nullable List<String> dead) {
    var runs = new ArrayList<String>();
    for (var run : race.runs) {
      runs.add(
          run.worker
              + "@"
              + run.incarnation
              + (run.ended ? ", ended" : "")
              + (run.said ? ", said so" : ""));
    }
    return race.task
        + " to "
        + race.fate
        + ": runs "
        + runs
        + ", results "
        + race.results
        + ", dead letters "
        + dead
        + ", reports "
        + race.reports;
  }
}
