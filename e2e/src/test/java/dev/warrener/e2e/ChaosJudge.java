package dev.warrener.e2e;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * The independent observer of the chaos suite. It believes the kernel's process table, the journal
 * that the handlers write, and the broker's queues; what controllers report it only holds against
 * these. A plain AMQP client: nothing of ours is used to judge ours.
 */
final class ChaosJudge implements AutoCloseable {
  /** What a busy machine may add to a bound. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private static final Duration LISTENING_PAUSE = Duration.ofMillis(200);

  private final ChaosFleet fleet;
  private final Journal journal;
  private final ConnectionFactory factory = new ConnectionFactory();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread listener;
  private final Thread reader;

  private final Map<String, Boolean> published = new ConcurrentHashMap<>();
  private final Map<Long, String> controllers = new ConcurrentHashMap<>();
  private final Map<String, Settled> settled = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Purge> purges = new ConcurrentLinkedQueue<>();

  /** When each task was reported as given back by an order. */
  private final Map<String, List<Long>> requeued = new ConcurrentHashMap<>();

  /** When each task was reported as started. */
  private final Map<String, List<Long>> started = new ConcurrentHashMap<>();

  /** Why tasks ran again that had ended, and how often. */
  private final Map<String, Integer> reasons = new TreeMap<>();

  private final ConcurrentLinkedQueue<Hold> holds = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger certificates = new AtomicInteger();
  private final AtomicInteger dones = new AtomicInteger();
  private final AtomicInteger settlements = new AtomicInteger();

  /** What each order about whole controllers covers. */
  private final Map<String, Set<String>> wholeControllers = new ConcurrentHashMap<>();

  private final AtomicInteger wholeDones = new AtomicInteger();

  /** A task that is reported as purged or dead-lettered. */
  private record Settled(String fate, String order, String controller, long at) {}

  /**
   * A time during which nothing may start.
   *
   * @param runsGoOn whether what had started before it goes on
   */
  private record Hold(long from, long to, boolean runsGoOn) {}

  /** An order by which tasks may vanish. */
  private record Purge(Set<String> names, long from) {}

  ChaosJudge(ChaosFleet fleet, Journal journal) {
    this.fleet = fleet;
    this.journal = journal;
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(2000);
    factory.setHandshakeTimeout(2000);
    factory.setChannelRpcTimeout(5000);
    factory.setRequestedHeartbeat(2);
    try {
      factory.setUri(fleet.vhost().uri());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(e);
    }
    listener = Thread.ofPlatform().name("judge-reports").daemon().start(this::listen);
    reader = Thread.ofPlatform().name("judge-journal").daemon().start(this::look);
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private String name(String rest) {
    return fleet.vhost().namespace() + "." + rest;
  }

  // What is done to the fleet, told by the test.

  /** Publishes tasks until they are confirmed or it is clear that it can't be known. */
  int publish(Map<String, AMQP.BasicProperties> tasks, Map<String, byte[]> bodies) {
    int confirmed = 0;
    try (var connection = factory.newConnection("publisher");
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      for (var task : tasks.entrySet()) {
        published.putIfAbsent(task.getKey(), false);
        channel.basicPublish(
            name("tasks"), ChaosFleet.QUEUE, true, task.getValue(), bodies.get(task.getKey()));
      }
      channel.waitForConfirmsOrDie(3000);
      for (var task : tasks.keySet()) {
        published.put(task, true);
        confirmed++;
      }
    } catch (IOException | TimeoutException | InterruptedException | ShutdownSignalException e) {
      // Not confirmed: they may come or not.
    }
    return confirmed;
  }

  /**
   * An operator is about to purge what runs, or with names also what waits of them.
   *
   * @param names batches and tasks; empty for a scope that names none
   */
  void purging(Set<String> names) {
    purges.add(new Purge(names, System.nanoTime()));
  }

  /**
   * Between these two moments every controller had confirmed that nothing starts.
   *
   * @param runsGoOn whether what had started before them goes on
   */
  void held(long from, long to, boolean runsGoOn) {
    holds.add(new Hold(from, to, runsGoOn));
  }

  /** The order of this id is about to kill all workers of these controllers. */
  void killsWhole(String order, Set<String> ids) {
    wholeControllers.put(order, ids);
  }

  // What is seen.

  private void listen() {
    do {
      try (var connection = factory.newConnection("judge")) {
        hear(connection);
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        // The queue keeps what is said meanwhile.
      }
    } while (pause(LISTENING_PAUSE));
  }

  /** The queue is durable: what is said while the broker or this client is away is heard later. */
  private void hear(Connection connection) throws IOException {
    var channel = connection.createChannel();
    var queue = "judge";
    channel.exchangeDeclare(name("reports"), "topic", true);
    channel.queueDeclare(queue, true, false, false, null);
    channel.queueBind(queue, name("reports"), "kill.#");
    channel.queueBind(queue, name("reports"), "task.started.#");
    channel.basicQos(50);
    channel.basicConsume(queue, false, new Reports(channel));
    var over = new CountDownLatch(1);
    connection.addShutdownListener(cause -> over.countDown());
    boolean goesOn = true;
    while (goesOn && over.getCount() > 0) {
      goesOn = pause(LISTENING_PAUSE);
    }
  }

  /** Waits, and tells whether to go on. */
  private boolean pause(Duration duration) {
    try {
      return !closing.await(duration.toMillis(), TimeUnit.MILLISECONDS);
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
      report(JsonMapper.shared().readTree(body));
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
    switch (report.get("type").asString()) {
      case "worker.dead" -> certificate(report);
      case "task.settled" -> settlement(report);
      case "controller.done" -> done(report);
      default -> {}
    }
  }

  /** A certified process must not be there any more, whatever the certificate says. */
  private void certificate(JsonNode report) {
    certificates.incrementAndGet();
    long pid = report.get("pid").asLong();
    long startTicks = report.get("startTicks").asLong();
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

  /** The clocks are held against each other anew each time, since one may be corrected. */
  private static long monotonic(JsonNode report) {
    long now = nanos(Instant.now());
    return System.nanoTime() - (now - nanos(Instant.parse(report.get("at").asString())));
  }

  /**
   * After {@code done} of an order about a whole controller no process that any of its workers had
   * started before may live.
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
      if (entry.startNanos() < at - 50_000_000 && !isInfrastructure(entry)) {
        violations.add("alive after done of " + report + ": " + entry);
      }
    }
  }

  private static boolean isInfrastructure(ProcessTable.Entry entry) {
    return ProcessTable.commandLine(entry.pid()).contains("warrener-sidecar");
  }

  /** Whose worker a run is can only be seen while it lives. */
  private void look() {
    do {
      for (long pid : journal.pids()) {
        if (!controllers.containsKey(pid)) {
          var controller = ProcessTable.controllerOf(pid);
          if (controller != null) {
            controllers.put(pid, controller);
          }
        }
      }
    } while (pause(Duration.ofMillis(100)));
  }

  // The judgement.

  /** The tasks of which nothing is known to be over: neither ended, nor dead, nor purged. */
  Set<String> open(Set<String> dead) {
    var open = new HashSet<String>();
    var ended = journal.ends().keySet();
    published.forEach((task, confirmed) -> {
      if (confirmed && !ended.contains(task) && !dead.contains(task) && !mayBeGone(task)) {
        open.add(task);
      }
    });
    return open;
  }

  /** Reported as purged, or purged by its batch, or in flight when a purge struck. */
  private boolean mayBeGone(String task) {
    var report = settled.get(task);
    if (report != null && report.fate().equals("purged")) {
      return true;
    }
    var runs = journal.runsOf(task);
    for (var purge : purges) {
      if (purge.names().stream()
          .anyMatch(name -> task.equals(name) || task.startsWith(name + "."))) {
        return true;
      }
      if (purge.names().isEmpty()
          && !runs.isEmpty()
          && runs.getLast().last() > purge.from() - SLACK.toNanos()
          && runs.getLast().last() < purge.from() + Duration.ofSeconds(20).toNanos()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Everything that is wrong, when all is quiet again.
   *
   * @param dead the ids that were found among the dead letters
   */
  List<String> verdict(Set<String> dead) {
    for (var task : open(dead)) {
      violations.add("lost: " + task + ", runs " + journal.runsOf(task));
    }
    var runs = new TreeMap<String, List<Journal.JournalRun>>();
    journal
        .runs()
        .forEach(run -> runs.computeIfAbsent(run.task(), t -> new ArrayList<>()).add(run));
    runs.forEach((task, itsRuns) -> {
      noneAfterItsPurge(task, itsRuns);
      noneWhileHeld(itsRuns);
      noneAfterItsEnd(itsRuns);
      for (int i = 0; i < itsRuns.size(); i++) {
        for (int j = i + 1; j < itsRuns.size(); j++) {
          if (itsRuns.get(i).overlaps(itsRuns.get(j))) {
            overlap(itsRuns.get(i), itsRuns.get(j));
          }
        }
      }
    });
    return List.copyOf(violations);
  }

  private void noneAfterItsPurge(String task, List<Journal.JournalRun> runs) {
    var report = settled.get(task);
    if (report == null) {
      return;
    }
    for (var run : runs) {
      if (run.start() > report.at()) {
        violations.add("ran after it was settled: " + report + ", " + run);
      }
    }
  }

  /** Whatever was broken meanwhile: a hold that all have confirmed is not forgotten. */
  private void noneWhileHeld(List<Journal.JournalRun> runs) {
    long before = Long.MIN_VALUE;
    for (var run : runs) {
      for (var hold : holds) {
        if (run.start() > hold.from() && run.start() < hold.to()) {
          if (hold.runsGoOn() && wasUnderWay(run, before, hold)) {
            late++;
          } else {
            violations.add("started although everything was held: " + run + ", " + hold);
          }
        }
      }
      before = run.start();
    }
  }

  /**
   * How many runs were under way when a hold was confirmed and had not written their first line.
   */
  private int late;

  /**
   * A worker says that it starts before the handler's first instruction, and may not get the
   * processor for it at once. Such a run was told as started before the hold was confirmed.
   *
   * @param before when the run of this task before it had written its first line
   */
  private boolean wasUnderWay(Journal.JournalRun run, long before, Hold hold) {
    return started.getOrDefault(run.task(), List.of()).stream()
        .anyMatch(at -> at > before && at < hold.from());
  }

  private int overlaps;
  private Duration longestOverlap = Duration.ZERO;

  /**
   * Two runs of a task at a time are allowed only on two controllers, after one of them has lost
   * the broker (or the broker it), and for the lease at most. That one may be the second to start,
   * with a delivery that it had in hand and the broker has handed on.
   */
  private void overlap(Journal.JournalRun first, Journal.JournalRun second) {
    overlaps++;
    var length = Duration.ofNanos(Math.min(first.last(), second.last()) - second.start());
    if (length.compareTo(longestOverlap) > 0) {
      longestOverlap = length;
    }
    var one = controllers.getOrDefault(first.pid(), "?");
    var other = controllers.getOrDefault(second.pid(), "?");
    var what = first + " of " + one + " and " + second + " of " + other + " for " + length;
    if (one.equals(other) && !one.equals("?")) {
      violations.add("two runs at a time on one controller: " + what);
    } else if (length.compareTo(ChaosFleet.LEASE.plus(SLACK)) > 0) {
      violations.add("two runs at a time for longer than the lease: " + what);
    } else if (!hadLostTheBroker(one, second.start()) && !hadLostTheBroker(other, second.start())) {
      violations.add("two runs at a time and no reason for it: " + what);
    }
  }

  /**
   * A run that came to its end is the last, but for three reasons: its controller had lost the
   * broker and could not say so; an order, or a blow at its worker, struck between the handler's
   * last act and the worker's word that it has finished.
   */
  private void noneAfterItsEnd(List<Journal.JournalRun> runs) {
    for (var ended : runs) {
      for (var again : runs) {
        if (ended.ended() && again.start() > ended.last()) {
          var reason = whyAgain(ended, again);
          reasons.merge(reason == null ? "no reason" : reason, 1, Integer::sum);
          if (reason == null) {
            violations.add("ran again after its end and no reason for it: " + ended + ", " + again);
          }
        }
      }
    }
  }

  private @Nullable String whyAgain(Journal.JournalRun ended, Journal.JournalRun again) {
    var controller = controllers.getOrDefault(ended.pid(), "?");
    long end = ended.last();
    if (hadLostTheBroker(controller, end - ChaosFleet.LEASE.plus(SLACK).toNanos(), again.start())) {
      return "its controller had lost the broker";
    }
    long slack = SLACK.toNanos();
    if (fleet.blows().stream()
        .anyMatch(blow ->
            blow.victim().equals(Fault.Workers.victim(controller))
                && blow.from() - slack < end
                && blow.to() + slack > end)) {
      return "its worker was killed at that moment";
    }
    boolean wasKilled =
        requeued.getOrDefault(ended.task(), List.of()).stream()
            .anyMatch(at -> at > end && at < end + slack);
    return wasKilled ? "an order killed it at that moment" : null;
  }

  private boolean hadLostTheBroker(String controller, long at) {
    return hadLostTheBroker(controller, at - ChaosFleet.LEASE.plus(SLACK).toNanos(), at);
  }

  /** By our blow, or by itself: on a busy machine a broker may not answer in time. */
  private boolean hadLostTheBroker(String controller, long since, long at) {
    if (!controller.equals("?") && fleet.wire(controller).endedBetween(since, at)) {
      return true;
    }
    return fleet.blows().stream()
        .anyMatch(blow ->
            (blow.victim().equals("broker")
                    || blow.victim().equals(controller)
                    || (controller.equals("?") && fleet.ids().contains(blow.victim())))
                && blow.from() <= at
                && blow.to() >= since);
  }

  /** What was seen, for a person. */
  String figures() {
    var attempts = new HashMap<String, Integer>();
    journal.starts().forEach(start -> attempts.merge(start.task(), 1, Integer::sum));
    long doubled = journal.ends().values().stream().filter(count -> count > 1).count();
    return "%d tasks published, %d confirmed; %d ended, %d of them more than once %s; %d runs, at most %d of one task; %d certificates, %d settlements, %d confirmations (%d of whole controllers) held against the process table and the journal; %d confirmed holds of everything, %d s in all, %d runs under way that wrote their first line in one; %d pairs of runs at a time, longest %d ms"
        .formatted(
            published.size(),
            published.values().stream().filter(confirmed -> confirmed).count(),
            journal.ends().size(),
            doubled,
            reasons,
            journal.starts().size(),
            attempts.values().stream().mapToInt(Integer::intValue).max().orElse(0),
            certificates.get(),
            settlements.get(),
            dones.get(),
            wholeDones.get(),
            holds.size(),
            holds.stream().mapToLong(hold -> hold.to() - hold.from()).sum() / 1_000_000_000,
            late,
            overlaps,
            longestOverlap.toMillis());
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      listener.join(TimeUnit.SECONDS.toMillis(10));
      reader.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
