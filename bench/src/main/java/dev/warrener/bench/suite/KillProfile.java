package dev.warrener.bench.suite;

import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.subject.WarrenerSubject;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.ReportType;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the processor time of a kill, by process and thread, without that of the dying workers.
 */
final class KillProfile {
  private static final String TIME = "processor time of a kill";
  private static final String QUEUE = "kill-profile";
  private static final int WORKERS = 8;
  private static final Map<String, String> CONDITIONS =
      Map.of("workers", Integer.toString(WORKERS), "state", "idle");

  /** The number of kills before the first that counts, about as many as in the kill suite. */
  private static final int WARMING = 4;

  private static final double WORTH_TELLING = 0.2;

  private KillProfile() {}

  static void measure(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "A kill: "
            + WORKERS
            + " idle workers, from the order to the controller's last report, the mean of all kills."
            + " The processor time of the dying workers is not included: that is the C floor.");
    int kills = run.size(3, 15);
    run.broker().declare(QUEUE);
    try (var fleet =
        new FleetUnderOrders(run, new WarrenerSubject(run.programs()), QUEUE, 1, WORKERS)) {
      var used = new HashMap<String, Double>();
      double certificates = 0;
      for (int i = -WARMING; i < kills; i++) {
        fleet.awaitRest();
        var before = processorMillis(fleet.first().pid());
        double ownBefore = ownMillis();
        var killed = fleet.killAndHold(Scope.ALL, InFlight.PURGE, WORKERS);
        double own = ownMillis() - ownBefore;
        var after = processorMillis(fleet.first().pid());
        fleet.resume();
        fleet.awaitReady();
        if (i >= 0) {
          certificates += killed.lastMillis(ReportType.WORKER_DEAD);
          used.merge("the client that measures", own, Double::sum);
          after.forEach((who, millis) ->
              used.merge(who, millis - before.getOrDefault(who, 0.0), Double::sum));
        }
      }
      run.add("warrener", "order to last certificate", "ms", CONDITIONS, certificates / kills);
      used.entrySet().stream()
          .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
          .filter(one -> one.getValue() / kills > WORTH_TELLING)
          .forEach(one -> run.add(one.getKey(), TIME, "ms", CONDITIONS, one.getValue() / kills));
    }
  }

  private static Map<String, Double> processorMillis(long controller) {
    var times = new HashMap<String, Double>();
    ProcessFigures.cpuMillisByThread(controller)
        .forEach((thread, millis) -> times.put("controller: " + thread, millis));
    times.put("controller, all threads", sum(List.of(controller)));
    times.put("broker", sum(ProcessFigures.named("beam.smp")));
    return times;
  }

  /**
   * Returns the processor time of this program. It is read just before and just after a kill,
   * because reading the times of the others takes processor time, too.
   */
  private static double ownMillis() {
    return sum(List.of(ProcessHandle.current().pid()));
  }

  private static double sum(List<Long> processes) {
    return processes.stream()
        .flatMap(pid -> ProcessFigures.cpuMillisByThread(pid).values().stream())
        .mapToDouble(Double::doubleValue)
        .sum();
  }
}
