package dev.warrener.e2e.chaos;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.e2e.fixture.Journal;
import dev.warrener.e2e.fixture.ProcessTable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The independent judge of the chaos suite. It believes the kernel's process table, the journal
 * that the handlers write, and the broker's queues. What controllers report it only compares with
 * these. It is a plain AMQP client: none of Warrener's own code helps to judge Warrener.
 */
final class ChaosJudge implements AutoCloseable {
  /** The time that a busy machine may add to a bound. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final ChaosFleet fleet;
  private final Journal journal;
  private final ConnectionFactory factory = new ConnectionFactory();
  private final ReportWitness witness;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread reader;

  private final Map<String, Boolean> published = new ConcurrentHashMap<>();
  private final Map<Long, String> controllers = new ConcurrentHashMap<>();
  private final Queue<Purge> purges = new ConcurrentLinkedQueue<>();

  /** Why tasks ran again that had ended, and how often. */
  private final Map<String, Integer> reasons = new TreeMap<>();

  private @Nullable Fault fault;
  private String attack = "";
  private long attackEnds;

  private final Queue<Hold> holds = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

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
    witness = new ReportWitness(fleet, factory);
    reader = Thread.ofPlatform().name("judge-journal").daemon().start(this::look);
  }

  /** Returns what receives the reports. */
  ReportWitness witness() {
    return witness;
  }

  // What the test does to the fleet.

  /** Publishes tasks, and returns when they are confirmed or nobody can know whether they are. */
  int publish(Map<String, AMQP.BasicProperties> tasks, Map<String, byte[]> bodies) {
    int confirmed = 0;
    try (var connection = factory.newConnection("publisher");
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      for (var task : tasks.entrySet()) {
        published.putIfAbsent(task.getKey(), false);
        channel.basicPublish(
            fleet.vhost().namespace() + ".tasks",
            ChaosFleet.QUEUE,
            true,
            task.getValue(),
            bodies.get(task.getKey()));
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
   * Notes that an operator is about to purge running tasks, or named tasks also while they wait.
   *
   * @param names batches and tasks; empty for a scope that names none
   */
  void purging(Set<String> names) {
    purges.add(new Purge(names, System.nanoTime()));
  }

  /**
   * Notes that between these two moments every controller had confirmed that nothing starts.
   *
   * @param runsGoOn whether runs that had started before go on
   */
  void held(long from, long to, boolean runsGoOn) {
    holds.add(new Hold(from, to, runsGoOn));
  }

  /**
   * Notes what goes on from now on.
   *
   * @param what the attack, or empty if there is none
   */
  void round(Fault itsFault, String what) {
    fault = itsFault;
    if (!what.isEmpty()) {
      attack = what;
      attackEnds = System.nanoTime() + Attack.LASTS.toNanos();
    } else if (System.nanoTime() > attackEnds) {
      attack = "";
    }
  }

  /** Notes a kill that is about to be given. */
  void givesKill(String order, boolean whole) {
    var disturbed = new HashSet<String>();
    for (var id : fleet.ids()) {
      if (fault == null || fault.disturbs(id)) {
        disturbed.add(id);
      }
    }
    witness.times().given(order, whole, attack, disturbed);
  }

  /** Checks that nothing lives of what a kill has been confirmed for. */
  void confirmed(String order, List<ProcessTable.Entry> before) {
    for (var process : before) {
      ProcessTable.entry(process.pid())
          .filter(now -> now.lives() && now.startTicks() == process.startTicks())
          .ifPresent(now ->
              violations.add("faked: alive after the kill " + order + " was confirmed: " + now));
    }
  }

  // What the judge sees.

  /** Waits a moment; returns whether to go on. */
  private boolean pause() {
    try {
      return !closing.await(100, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Notes the controller of each run, which can be seen only while the run's process lives. */
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
    } while (pause());
  }

  // The judgement.

  /** Returns the tasks that are neither known to have ended, nor dead, nor purged. */
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

  /** Whether a task was reported as purged, or named by a purge, or running when a purge hit. */
  private boolean mayBeGone(String task) {
    var report = witness.settled(task);
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
   * Returns everything that is wrong, when all is quiet again.
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
    violations.addAll(witness.violations());
    violations.addAll(witness.times().violations());
    return List.copyOf(violations);
  }

  private void noneAfterItsPurge(String task, List<Journal.JournalRun> runs) {
    var report = witness.settled(task);
    if (report == null) {
      return;
    }
    for (var run : runs) {
      if (run.start() > report.at()) {
        violations.add("ran after it was settled: " + report + ", " + run);
      }
    }
  }

  /** Checks that no run started in a hold that all had confirmed, whatever was broken meanwhile. */
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
   * The number of runs under way that had not written their first line when a hold was confirmed.
   */
  private int late;

  /**
   * Whether a run was reported as started before a hold was confirmed. A worker reports the start
   * before the handler's first instruction, and may have to wait for the processor in between.
   *
   * @param before when the task's run before this one had written its first line
   */
  private boolean wasUnderWay(Journal.JournalRun run, long before, Hold hold) {
    return witness.startedBetween(run.task(), before, hold.from());
  }

  private int overlaps;
  private Duration longestOverlap = Duration.ZERO;

  /**
   * Judges two runs of a task at one time. They are allowed only on two controllers, after one of
   * them has lost the broker (or the broker it), and for the lease at most. The controller that
   * lost the broker may be the second to start, with a delivery that it already held.
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
   * Checks that a run that came to its end is the last one of its task. There are three exceptions:
   * its controller had lost the broker and could not settle it, or an order or a blow hit its
   * worker between the handler's last act and the worker's report of the end.
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
    boolean wasKilled = witness.requeuedBetween(ended.task(), end, end + slack);
    return wasKilled ? "an order killed it at that moment" : null;
  }

  private boolean hadLostTheBroker(String controller, long at) {
    return hadLostTheBroker(controller, at - ChaosFleet.LEASE.plus(SLACK).toNanos(), at);
  }

  /** Whether a controller had lost the broker, by a blow or because the broker was too busy. */
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

  /** Returns what the judge saw, for a person. */
  String figures() {
    var attempts = new HashMap<String, Integer>();
    journal.starts().forEach(start -> attempts.merge(start.task(), 1, Integer::sum));
    long doubled = journal.ends().values().stream().filter(count -> count > 1).count();
    return "%d tasks published, %d confirmed; %d ended, %d of them more than once %s; %d runs, at most %d of one task; %s held against the process table and the journal; %d confirmed holds of everything, %d s in all, %d runs under way that wrote their first line in one; %d pairs of runs at a time, longest %d ms; %s"
        .formatted(
            published.size(),
            published.values().stream().filter(confirmed -> confirmed).count(),
            journal.ends().size(),
            doubled,
            reasons,
            journal.starts().size(),
            attempts.values().stream().mapToInt(Integer::intValue).max().orElse(0),
            witness.figures(),
            holds.size(),
            holds.stream().mapToLong(hold -> hold.to() - hold.from()).sum() / 1_000_000_000,
            late,
            overlaps,
            longestOverlap.toMillis(),
            witness.times().figures());
  }

  @Override
  public void close() {
    witness.close();
    closing.countDown();
    try {
      reader.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
