package dev.warrener.bench.suite;

import dev.warrener.bench.handler.HangHandler;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredTasks;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.rig.QueueWatch;
import dev.warrener.bench.subject.Subject.Running;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ReportType;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.TaskHeaders;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Measures rate, kill time and memory with more workers, larger tasks and longer backlogs. */
public final class GrowthSuite implements Suite {
  /** The number of kills of a fleet of several controllers. One kill alone says little. */
  private static final int KILLS = 5;

  private static final String QUEUE = "growth";
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int WORKERS = 4;

  /** The prefetch for each worker, as in the other suites. */
  private static final int EACH_AHEAD = ThroughputSuite.PREFETCH / ThroughputSuite.WORKERS;

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "Each size is measured once in a turn, and a kill of several controllers "
            + KILLS
            + " times. Rates are those of a drained backlog, as in the throughput suite.");
    run.note(
        "At rest: a controller with "
            + WORKERS
            + " idle workers and no tasks, and the processor time that they use.");
    var warrener = new WarrenerSubject(run.programs());
    run.version("warrener", warrener.version());
    int rounds = run.size(1, Math.min(3, run.rounds()));
    for (int round = 1; round <= rounds; round++) {
      run.say("round " + round + " of " + rounds);
      for (int workers : run.size(List.of(1, 4, 16), List.of(1, 2, 4, 8, 16, 32, 64))) {
        drain(
            run,
            warrener,
            workers,
            200,
            run.size(20_000, 80_000),
            Map.of("workers", Integer.toString(workers)));
      }
      for (int bytes :
          run.size(
              List.of(100, 100_000, 1_000_000),
              List.of(100, 1_000, 10_000, 100_000, 1_000_000, 4_000_000))) {
        long count = Math.clamp(run.size(100_000_000L, 400_000_000L) / bytes, 100, 20_000);
        drain(run, warrener, WORKERS, bytes, count, Map.of("bytes", Integer.toString(bytes)));
      }
      for (long backlog :
          run.size(
              List.of(1_000L, 10_000L, 100_000L), List.of(1_000L, 10_000L, 100_000L, 1_000_000L))) {
        killWithBacklog(run, warrener, backlog);
      }
      purgeBatch(run, warrener, run.size(10_000, 100_000));
      for (int controllers : run.size(List.of(1, 3), List.of(1, 2, 5, 10, 20))) {
        controllers(run, warrener, controllers);
      }
      atRest(run, warrener, run.size(5, 30));
    }
  }

  private static void drain(
      SuiteRun run,
      WarrenerSubject warrener,
      int workers,
      int bytes,
      long count,
      Map<String, String> conditions)
      throws IOException, InterruptedException {
    var broker = run.broker();
    broker.declare(QUEUE);
    int prefetch = Math.max(ThroughputSuite.PREFETCH, EACH_AHEAD * workers);
    // Delivered bodies are held in memory, so large ones get a small prefetch. And a backlog that
    // is delivered as a whole can't be watched.
    long most = Math.min(100_000_000L / bytes, count / 10);
    int held = (int) Math.clamp(most, 2L * workers, prefetch);
    try (var load = new LoadPublisher(broker.connection())) {
      load.publish(
          broker.namespace().tasksExchange(), QUEUE, count, MeasuredTasks.of(Work.NO_OP, bytes));
      try (var running = warrener.start(broker, new Setting(QUEUE, workers, held, Work.NO_OP));
          var watch = watch(run, running)) {
        var quarter = watch.awaitAtMost(count * 3 / 4, PATIENCE);
        var empty = watch.awaitAtMost(0, PATIENCE);
        double rate = QueueWatch.rate(quarter, empty);
        run.add("warrener", "drained", "tasks/s", conditions, rate);
        run.add("warrener", "drained, by bytes", "MB/s", conditions, rate * bytes / 1e6);
        run.add(
            "warrener",
            "controller's resident memory after it",
            "MB",
            conditions,
            ProcessFigures.residentMegabytes(running.pid()));
      }
    }
  }

  private static QueueWatch watch(SuiteRun run, Running running) throws IOException {
    return new QueueWatch(
        run.broker().connection(),
        run.broker().namespace().taskQueue(QUEUE),
        running::requireAlive);
  }

  private static void killWithBacklog(SuiteRun run, WarrenerSubject warrener, long backlog)
      throws IOException, InterruptedException {
    var conditions = Map.of("waiting", Long.toString(backlog));
    try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, 1, WORKERS)) {
      // No task ends: the first few run, and the others are the backlog.
      fleet.publish(backlog, FleetUnderOrders.WAITING);
      fleet.awaitBusy();
      for (int i = 0; i < 3; i++) {
        var killed = fleet.kill(Scope.ALL, InFlight.REQUEUE, WORKERS);
        KillSuite.addEnds(run, conditions, killed);
        fleet.awaitBusy();
      }
      run.broker().purge(QUEUE);
    }
  }

  private static void add(
      SuiteRun run, String metric, Map<String, String> conditions, double millis) {
    run.add("warrener", metric, "ms", conditions, millis);
  }

  /** Kills a batch, whose waiting tasks are dropped when a controller receives them. */
  private static void purgeBatch(SuiteRun run, WarrenerSubject warrener, long count)
      throws IOException, InterruptedException {
    var conditions = Map.of("batch of", Long.toString(count));
    try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, 1, WORKERS);
        var watch = watch(run, fleet.first())) {
      fleet.publish(
          count,
          MeasuredTasks.of(
              HangHandler.NAME, Body.of(HangHandler.WAIT), Map.of(TaskHeaders.BATCH, "unwanted")));
      fleet.awaitBusy();
      var killed = fleet.killAndRespawn(Scope.ofBatch("unwanted"), InFlight.PURGE, WORKERS);
      var empty = watch.awaitAtMost(0, PATIENCE);
      add(run, KillSuite.LAST_CERTIFICATE, conditions, killed.lastMillis(ReportType.WORKER_DEAD));
      add(
          run,
          "order to the batch's last task gone",
          conditions,
          (empty.nanos() - killed.sentNanos()) / 1e6);
    }
  }

  private static void controllers(SuiteRun run, WarrenerSubject warrener, int controllers)
      throws IOException, InterruptedException {
    var conditions = Map.of("controllers", Integer.toString(controllers));
    long count = run.size(5_000, 20_000);
    try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, controllers, 1);
        var watch = watch(run, fleet.first())) {
      for (int i = 0; i < KILLS; i++) {
        var killed = fleet.kill(Scope.ALL, InFlight.PURGE, controllers);
        KillSuite.addEnds(run, conditions, killed);
        fleet.awaitReady();
      }
      long begin = System.nanoTime();
      fleet.publish(count, MeasuredTasks.of(Work.NO_OP, 200));
      var empty = watch.awaitAtMost(0, PATIENCE);
      run.add(
          "warrener",
          "published while consumed",
          "tasks/s",
          conditions,
          count / ((empty.nanos() - begin) / 1e9));
    }
  }

  private static void atRest(SuiteRun run, WarrenerSubject warrener, int seconds)
      throws IOException, InterruptedException {
    try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, 1, WORKERS)) {
      long pid = fleet.first().pid();
      LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
      double controller = ProcessFigures.cpuSeconds(pid);
      double workers = workersSeconds(pid);
      long begin = System.nanoTime();
      LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
      double passed = (System.nanoTime() - begin) / 1e9;
      run.add(
          "warrener",
          "at rest: controller",
          "% of one processor",
          Map.of(),
          (ProcessFigures.cpuSeconds(pid) - controller) / passed * 100);
      run.add(
          "warrener",
          "at rest: " + WORKERS + " workers",
          "% of one processor",
          Map.of(),
          (workersSeconds(pid) - workers) / passed * 100);
      run.add(
          "warrener",
          "at rest: controller's proportional memory",
          "MB",
          Map.of(),
          ProcessFigures.proportionalMegabytes(pid));
    }
  }

  private static double workersSeconds(long controller) {
    return ProcessFigures.descendants(controller).stream()
        .mapToDouble(ProcessFigures::cpuSeconds)
        .sum();
  }
}
