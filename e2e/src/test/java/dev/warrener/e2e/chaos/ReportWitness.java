package dev.warrener.e2e.chaos;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.e2e.fixture.ProcessTable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What controllers report in the chaos suite, received by a plain AMQP client. Each certificate of
 * death, and each {@code controller.done} about a whole controller, is compared at once with the
 * process table. Thread-safe.
 */
final class ReportWitness implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final ChaosFleet fleet;
  private final ConnectionFactory factory;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread listener;

  private final Map<String, Settled> settled = new ConcurrentHashMap<>();

  /** When each task was reported as given back by an order. */
  private final Map<String, List<Long>> requeued = new ConcurrentHashMap<>();

  /** When each task was reported as started. */
  private final Map<String, List<Long>> started = new ConcurrentHashMap<>();

  /** The controllers that each order about whole controllers covers. */
  private final Map<String, Set<String>> wholeControllers = new ConcurrentHashMap<>();

  /** The ids of orders that nobody had the right to give. */
  private final Set<String> forged = ConcurrentHashMap.newKeySet();

  private final KillTimes times = new KillTimes();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger forgedReports = new AtomicInteger();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger certificates = new AtomicInteger();
  private final AtomicInteger dones = new AtomicInteger();
  private final AtomicInteger wholeDones = new AtomicInteger();
  private final AtomicInteger settlements = new AtomicInteger();

  /**
   * A task that is reported as purged or dead-lettered.
   *
   * @param at by the monotonic clock, and so are all moments here
   */
  record Settled(String fate, String order, String controller, long at) {}

  ReportWitness(ChaosFleet fleet, ConnectionFactory factory) {
    this.fleet = fleet;
    this.factory = factory;
    listener = Thread.ofPlatform().name("report-witness").daemon().start(this::listen);
  }

  /** Notes that the order of this id is about to kill all workers of these controllers. */
  void killsWhole(String order, Set<String> ids) {
    wholeControllers.put(order, ids);
  }

  /** Notes that an order of this id is about to be forged. */
  void forged(String order) {
    forged.add(order);
  }

  /** Returns what measures the kills. */
  KillTimes times() {
    return times;
  }

  /** Returns the report that a task was purged or dead-lettered, or null if there was none. */
  @Nullable Settled settled(String task) {
    return settled.get(task);
  }

  /** Whether an order was reported to have given a task back between two moments. */
  boolean requeuedBetween(String task, long from, long to) {
    return requeued.getOrDefault(task, List.of()).stream().anyMatch(at -> at > from && at < to);
  }

  /** Whether a task was reported as started between two moments. */
  boolean startedBetween(String task, long from, long to) {
    return started.getOrDefault(task, List.of()).stream().anyMatch(at -> at > from && at < to);
  }

  /** Returns the reports that the process table contradicted. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  /** Returns how much was received, for a person. */
  String figures() {
    return "%d certificates, %d settlements, %d confirmations (%d of whole controllers), %d forged orders (refused %d times) and %d forged reports"
        .formatted(
            certificates.get(),
            settlements.get(),
            dones.get(),
            wholeDones.get(),
            forged.size(),
            refusals.get(),
            forgedReports.get());
  }

  private void listen() {
    do {
      try (var connection = factory.newConnection("judge")) {
        receive(connection);
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        // The queue keeps the reports meanwhile.
      }
    } while (pause());
  }

  /** Consumes from a durable queue, which keeps reports while this client is away. */
  private void receive(Connection connection) throws IOException {
    var channel = connection.createChannel();
    var queue = "judge";
    var reportsExchange = fleet.vhost().namespace() + ".reports";
    channel.exchangeDeclare(reportsExchange, "topic", true);
    channel.queueDeclare(queue, true, false, false, null);
    channel.queueBind(queue, reportsExchange, "kill.#");
    channel.queueBind(queue, reportsExchange, "task.started.#");
    // A queue of its own, which ends with the connection: an old order's arrival says nothing.
    var orders = channel.queueDeclare("", false, true, true, null).getQueue();
    for (var exchange : List.of("kill", "log")) {
      var name = fleet.vhost().namespace() + "." + exchange;
      channel.exchangeDeclare(name, "fanout", true);
      channel.queueBind(orders, name, "");
    }
    channel.basicQos(50);
    channel.basicConsume(
        orders,
        true,
        (tag, order) -> {
          long at = System.nanoTime();
          times.arrived(JsonMapper.shared().readTree(order.getBody()).path("id").asString(), at);
        },
        tag -> {});
    channel.basicConsume(queue, false, new Reports(channel));
    var over = new CountDownLatch(1);
    connection.addShutdownListener(cause -> over.countDown());
    boolean goesOn = true;
    while (goesOn && over.getCount() > 0) {
      goesOn = pause();
    }
  }

  /** Waits, and tells whether to go on. */
  private boolean pause() {
    try {
      return !closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private final class Reports extends DefaultConsumer {
    Reports(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
        throws IOException {
      // The broker vouches for the user, if there is one.
      if (fleet.user().equals(properties.getUserId())) {
        report(JsonMapper.shared().readTree(body));
      } else {
        forgedReports.incrementAndGet();
      }
      getChannel().basicAck(envelope.getDeliveryTag(), false);
    }
  }

  private void report(JsonNode report) {
    if (report.has("event")) {
      started
          .computeIfAbsent(report.get("task").asString(), task -> new CopyOnWriteArrayList<>())
          .add(monotonic(report));
      return;
    }
    var type = report.get("type").asString();
    if (forged.contains(report.path("order").asString())) {
      if (type.equals("controller.refused")) {
        refusals.incrementAndGet();
      } else {
        violations.add("faked: a forged order took effect: " + report);
      }
    }
    switch (type) {
      case "worker.dead" -> certificate(report);
      case "task.settled" -> settlement(report);
      case "controller.done" -> done(report);
      default -> {}
    }
  }

  /** Checks that a certified process is gone. */
  private void certificate(JsonNode report) {
    certificates.incrementAndGet();
    long pid = report.get("pid").asLong();
    long startTicks = report.get("startTicks").asLong();
    times.died(
        report.get("order").asString(), report.get("controller").asString(), monotonic(report));
    ProcessTable.entry(pid)
        .filter(entry -> entry.lives() && entry.startTicks() == startTicks)
        .ifPresent(entry ->
            violations.add("certified as dead and alive: " + report + ", process " + entry));
  }

  private void settlement(JsonNode report) {
    settlements.incrementAndGet();
    var fate = report.get("fate").asString();
    if (fate.equals("requeued")) {
      requeued
          .computeIfAbsent(report.get("task").asString(), task -> new CopyOnWriteArrayList<>())
          .add(monotonic(report));
    } else {
      settled.putIfAbsent(
          report.get("task").asString(),
          new Settled(
              fate,
              report.get("order").asString(),
              report.get("controller").asString(),
              monotonic(report)));
    }
  }

  /** Returns a report's time by the monotonic clock; the wall clock may be corrected meanwhile. */
  private static long monotonic(JsonNode report) {
    long now = nanos(Instant.now());
    return System.nanoTime() - (now - nanos(Instant.parse(report.get("at").asString())));
  }

  /**
   * Checks that after {@code done} of an order about a whole controller no process lives that a
   * worker of it had started before.
   */
  private void done(JsonNode report) {
    dones.incrementAndGet();
    var id = report.get("controller").asString();
    if (!wholeControllers.getOrDefault(report.get("order").asString(), Set.of()).contains(id)
        || !report.get("failed").isEmpty()) {
      return;
    }
    wholeDones.incrementAndGet();
    long at = monotonic(report);
    long pid = fleet.controller(id).pid();
    for (var entry : ProcessTable.marked(id, pid)) {
      // A worker that was started as soon as the order was done may be as young as a few ticks.
      if (entry.startNanos() < at - 50_000_000 && !ProcessTable.isSidecar(entry.pid())) {
        violations.add("alive after done of " + report + ": " + entry);
      }
    }
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      listener.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
