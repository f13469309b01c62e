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
 * How many tasks are settled in a second: no-op and of one millisecond, 200 bytes, persistent, from
 * a quorum queue, published with confirms.
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
        "Drained: a backlog is there when the subject starts; counted from when a quarter of it is"
            + " gone, since a program that has just started is warming up, to when none waits, as the"
            + " broker counts. That first quarter stands by itself: drained, just started.");
    run.note(
        "Published while consumed: the same process, warm now; from the first publish until all are"
            + " confirmed and none waits. One publisher, at most "
            + LoadPublisher.WINDOW
            + " unconfirmed, in the measuring process, for all subjects.");
    run.note(
        "PerfTest alone: with its own publisher and consumer in one JVM, per second, without the"
            + " first quarter. It sends bare messages without headers or ids.");
    var perfTest = new PerfTestSubject(run.programs());
    var subjects =
        run.present(
            List.of(
                perfTest,
                new PlainSubject(run.programs()),
                new WarrenerSubject(run.programs()),
                new WarrenerSubject(run.programs(), "warrener, look-ahead 4", true, ""),
                new CelerySubject(run.programs())));
    run.place().declare(QUEUE);
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
    run.place().declare(QUEUE);
    var rates =
        perfTest.receivingRates(
            run.place(), new Setting(QUEUE, WORKERS, PREFETCH, Work.NO_OP), BYTES, run.size(8, 16));
    run.add(
        "PerfTest alone",
        "published while consumed",
        "tasks/s",
        conditions(Work.NO_OP),
        Spread.of(rates).median());
  }

  private static void measure(SuiteRun run, Subject subject, Work work, long count)
      throws IOException, InterruptedException {
    var place = run.place();
    place.declare(QUEUE);
    var source = subject.tasks(work, BYTES);
    var exchange = place.namespace().tasksExchange();
    var setting = new Setting(QUEUE, WORKERS, PREFETCH, work);
    try (var load = new LoadPublisher(place.connection())) {
      load.publish(exchange, QUEUE, count, source);
      try (var running = subject.start(place, setting);
          var watch =
              new QueueWatch(
                  place.connection(), place.namespace().taskQueue(QUEUE), running::requireAlive)) {
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

  /** What so many workers could do if tasks came from nowhere and went nowhere. */
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
