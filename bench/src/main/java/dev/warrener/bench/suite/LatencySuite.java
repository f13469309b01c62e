package dev.warrener.bench.suite;

import dev.warrener.bench.figures.Spread;
import dev.warrener.bench.handler.Stamps;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredTasks;
import dev.warrener.bench.subject.PlainSubject;
import dev.warrener.bench.subject.Subject;
import dev.warrener.bench.subject.Subject.Running;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the time from a publish to the handler's first instruction while all workers are idle.
 */
public final class LatencySuite implements Suite {
  private static final int WORKERS = 4;
  private static final int BYTES = 200;
  private static final Duration BETWEEN = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Map<String, String> CONDITIONS =
      Map.of("workers", Integer.toString(WORKERS));

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "From just before the publish to the handler's first instruction, by the machine's monotonic"
            + " clock. Tasks are published "
            + BETWEEN.toMillis()
            + " ms apart, so that each finds idle workers. Both programs run all the time and take"
            + " turns.");
    var plain = new PlainSubject(run.programs());
    var warrener = new WarrenerSubject(run.programs());
    run.present(List.of(plain, warrener));
    var broker = run.broker();
    broker.declare("latency-plain");
    broker.declare("latency-warrener");
    int count = run.size(200, 1000);
    try (var plainRunning = plain.start(broker, setting("latency-plain"));
        var warrenerRunning = warrener.start(broker, setting("latency-warrener"));
        var load = new LoadPublisher(broker.connection())) {
      // The first turn warms up.
      for (int round = 0; round <= run.rounds(); round++) {
        measure(run, round, plain, plainRunning, load, count);
        measure(run, round, warrener, warrenerRunning, load, count);
      }
    }
  }

  private static Setting setting(String queue) {
    return new Setting(queue, WORKERS, ThroughputSuite.PREFETCH, Work.STAMP);
  }

  private static void measure(
      SuiteRun run, int round, Subject subject, Running running, LoadPublisher load, int count)
      throws IOException, InterruptedException {
    var queue = subject instanceof PlainSubject ? "latency-plain" : "latency-warrener";
    var file = run.programs().folder().resolve(queue + "-" + round);
    var source = MeasuredTasks.stamps(file, BYTES);
    for (int i = 0; i < count; i++) {
      load.publish(run.broker().namespace().tasksExchange(), queue, 1, source);
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
    var millis = await(file, count, running).stream().map(Stamps.Stamp::millis).toList();
    if (round > 0) {
      run.add(subject.name(), "median", "ms", CONDITIONS, Spread.quantile(millis, 0.5));
      run.add(subject.name(), "99 of 100", "ms", CONDITIONS, Spread.quantile(millis, 0.99));
    }
  }

  /** Waits until {@code count} stamps were written. */
  static List<Stamps.Stamp> await(Path file, int count, Running running) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var stamps = Stamps.read(file);
      if (stamps.size() >= count) {
        return stamps;
      }
      running.requireAlive();
      if (System.nanoTime() > end) {
        throw new IOException("only " + stamps.size() + " of " + count + " tasks have started");
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
