package dev.warrener.bench.suite;

import dev.warrener.bench.figures.Spread;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.rig.QueueWatch;
import dev.warrener.bench.subject.CelerySubject;
import dev.warrener.bench.subject.PerfTestSubject;
import dev.warrener.bench.subject.PlainSubject;
import dev.warrener.bench.subject.Subject;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measures how many tasks are settled in a second: no-op tasks and tasks of one millisecond, with
 * 200 bytes, persistent, from a quorum queue, published with confirms.
 */
public final class ThroughputSuite implements Suite {
  static final int WORKERS = 4;
  static final int PREFETCH = 100;
  static final int BYTES = 200;
  private static final String QUEUE = "throughput";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Override
  public String name() {
    return "throughput";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "Drained: a backlog waits when the program starts. The rate is measured from when a quarter"
            + " of it is gone, because a program that has just started is slower, until the broker"
            + " counts no waiting task. The first quarter is shown as \"drained, just started\".");
    run.note(
        "Published while consumed: the same process, after that, from the first publish until all"
            + " tasks are confirmed and none waits. One publisher in the measuring process serves all"
            + " programs, with at most "
            + LoadPublisher.WINDOW
            + " unconfirmed messages.");
    run.note(
        "PerfTest alone: its own publisher and consumer in one JVM, the median of its rates in each"
            + " second without the first quarter. Its messages have no headers or ids.");
    var perfTest = new PerfTestSubject(run.programs());
    var subjects =
        run.present(
            List.of(
                perfTest,
                new PlainSubject(run.programs()),
                new WarrenerSubject(run.programs()),
                new WarrenerSubject(run.programs(), "warrener, look-ahead 4", true, ""),
                new CelerySubject(run.programs())));
    run.broker().declare(QUEUE);
    for (int round = 1; round <= run.rounds(); round++) {
      run.say("no-op, round " + round + " of " + run.rounds());
      if (perfTest.missing().isEmpty()) {
        measurePerfTestAlone(run, perfTest);
      }
      for (var subject : subjects) {
        measure(run, subject, Work.NO_OP, run.size(12_000, 160_000));
      }
    }
    for (int round = 1; round <= run.rounds(); round++) {
      run.say("1 ms, round " + round + " of " + run.rounds());
      run.add(
          "ceiling", "settled at best", "tasks/s", conditions(Work.PAUSE), bestOfThreads(WORKERS));
      for (var subject : subjects) {
        if (!subject.equals(perfTest)) {
          measure(run, subject, Work.PAUSE, run.size(6_000, 32_000));
        }
      }
    }
  }

  private static Map<String, String> conditions(Work work) {
    return Map.of("tasks", work.label(), "workers", Integer.toString(WORKERS));
  }

  private static void measurePerfTestAlone(SuiteRun run, PerfTestSubject perfTest)
      throws IOException, InterruptedException {
    run.broker().declare(QUEUE);
    var rates =
        perfTest.receivingRates(
            run.broker(),
            new Setting(QUEUE, WORKERS, PREFETCH, Work.NO_OP),
            BYTES,
            run.size(8, 16));
    run.add(
        "PerfTest alone",
        "published while consumed",
        "tasks/s",
        conditions(Work.NO_OP),
        Spread.of(rates).median());
  }

  private static void measure(SuiteRun run, Subject subject, Work work, long count)
      throws IOException, InterruptedException {
    var broker = run.broker();
    broker.declare(QUEUE);
    var source = subject.tasks(work, BYTES);
    var exchange = broker.namespace().tasksExchange();
    var setting = new Setting(QUEUE, WORKERS, PREFETCH, work);
    try (var load = new LoadPublisher(broker.connection())) {
      load.publish(exchange, QUEUE, count, source);
      try (var running = subject.start(broker, setting);
          var watch =
              new QueueWatch(
                  broker.connection(),
                  broker.namespace().taskQueue(QUEUE),
                  running::requireAlive)) {
        var begun = watch.look();
        var quarter = watch.awaitAtMost(count * 3 / 4, PATIENCE);
        var empty = watch.awaitAtMost(0, PATIENCE);
        run.add(
            subject.name(),
            "drained",
            "tasks/s",
            conditions(work),
            QueueWatch.rate(quarter, empty));
        run.add(
            subject.name(),
            "drained, just started",
            "tasks/s",
            conditions(work),
            QueueWatch.rate(begun, quarter));
        double cpu = ProcessFigures.cpuSeconds(running.pid());
        long begin = load.publish(exchange, QUEUE, count, source);
        var end = watch.awaitAtMost(0, PATIENCE);
        run.add(
            subject.name(),
            "published while consumed",
            "tasks/s",
            conditions(work),
            count / ((end.nanos() - begin) / 1e9));
        run.add(
            subject.name(),
            "processor time of its main process",
            "µs/task",
            conditions(work),
            (ProcessFigures.cpuSeconds(running.pid()) - cpu) / count * 1e6);
      }
    }
  }

  /** Returns the rate of tasks that {@code workers} threads run without any broker. */
  static double bestOfThreads(int workers) throws InterruptedException {
    var count = new LongAdder();
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(2);
    try (var pool = Executors.newFixedThreadPool(workers)) {
      for (int i = 0; i < workers; i++) {
        pool.execute(() -> {
          try {
            while (System.nanoTime() < end) {
              Work.PAUSE.run(new byte[0]);
              count.increment();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
      }
    }
    return count.sum() / ((System.nanoTime() - begin) / 1e9);
  }
}
