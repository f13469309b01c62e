package dev.warrener.bench.suite;

import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.rig.QueueWatch;
import dev.warrener.bench.subject.KillFloor;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the processor time of a no-op task and of a kill, by process and by thread of the
 * controller. Flight Recorder finds the controller's hottest methods.
 */
public final class ProfileSuite implements Suite {
  private static final String QUEUE = "profile";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int MOST = 30;
  private static final double WORTH_TELLING = 0.5;

  @Override
  public String name() {
    return "profile";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "A backlog of no-op tasks is drained by "
            + ThroughputSuite.WORKERS
            + " workers with prefetch "
            + ThroughputSuite.PREFETCH
            + ", and measured after a third of it is gone. Two processors have 2,000,000 µs of"
            + " processor time in a second, so at r tasks/s one task has at most 2,000,000/r µs.");
    run.note(
        "Samples: Flight Recorder samples running Java code and native calls every 20 ms. Each"
            + " sample counts for the innermost method of Warrener on its stack, in percent of all"
            + " samples of the controller.");
    var recording = run.programs().folder().resolve("controller.jfr");
    var warrener =
        new WarrenerSubject(
            run.programs(),
            "warrener",
            false,
            "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + recording);
    run.version("warrener", warrener.version());
    var broker = run.broker();
    long count = run.size(30_000, 150_000);
    broker.declare(QUEUE);
    var setting = new Setting(QUEUE, ThroughputSuite.WORKERS, ThroughputSuite.PREFETCH, Work.NO_OP);
    try (var load = new LoadPublisher(broker.connection())) {
      load.publish(
          broker.namespace().tasksExchange(),
          QUEUE,
          count,
          warrener.tasks(Work.NO_OP, ThroughputSuite.BYTES));
      try (var running = warrener.start(broker, setting);
          var watch =
              new QueueWatch(
                  broker.connection(),
                  broker.namespace().taskQueue(QUEUE),
                  running::requireAlive)) {
        var from = watch.awaitAtMost(count * 2 / 3, PATIENCE);
        var before = processorTimes(running.pid());
        // The queue is asked seldom, because each question costs the broker processor time.
        while (watch.look().ready() > count / 20) {
          LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
        var to = watch.look();
        var after = processorTimes(running.pid());
        long done = from.ready() - to.ready();
        run.add("warrener", "drained", "tasks/s", Map.of(), QueueWatch.rate(from, to));
        after.entrySet().stream()
            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
            .forEach(entry -> {
              double used = entry.getValue() - before.getOrDefault(entry.getKey(), 0.0);
              double micros = used / done * 1e6;
              if (micros > WORTH_TELLING) {
                run.add(entry.getKey(), "processor time", "µs/task", Map.of(), micros);
              }
            });
      }
    }
    for (var hot : FlightRecording.of(recording).hottest(MOST)) {
      run.add(hot.thread(), "samples", "%", Map.of("method", hot.method()), hot.share() * 100);
    }
    KillProfile.measure(run);
  }

  /** Returns the processor seconds of controller, workers and broker. */
  private static Map<String, Double> processorTimes(long controller) {
    var times = new HashMap<String, Double>();
    ProcessFigures.cpuSecondsByThread(controller)
        .forEach((thread, seconds) -> times.put("controller: " + thread, seconds));
    times.put(
        "workers, all",
        KillFloor.workersBelow(controller).stream().mapToDouble(ProcessFigures::cpuSeconds).sum());
    times.put(
        "broker",
        ProcessFigures.named("beam.smp").stream().mapToDouble(ProcessFigures::cpuSeconds).sum());
    times.put("controller, all threads", ProcessFigures.cpuSeconds(controller));
    return times;
  }
}
