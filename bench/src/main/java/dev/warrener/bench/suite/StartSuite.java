package dev.warrener.bench.suite;

import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.ChildProcess;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredTasks;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.subject.BareJvm;
import dev.warrener.bench.subject.KillFloor;
import dev.warrener.bench.subject.MeasuredPrograms;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.ReportType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures the start of workers, controllers and commands, the memory of an idle worker, and the
 * time until a killed worker is replaced.
 */
public final class StartSuite implements Suite {
  private static final String QUEUE = "start";
  private static final int WORKERS = 4;
  private static final Map<String, String> NONE = Map.of();

  @Override
  public String name() {
    return "start";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "Process to ready: a worker is started with the command of a running controller's worker,"
            + " until its READY frame. The bare JVM has the same flags, but no class-data cache of"
            + " its own, and writes one byte. The same C program forks both.");
    run.note(
        "Certificate to the next task's start: all workers are busy and one more task waits. One"
            + " worker is killed, and replaced at once. The time is measured from the arrival of its"
            + " certificate at a client of the broker to the waiting task's first instruction. It is"
            + " below 0 if the task starts first. With a spare, a fifth worker was ready and idle.");
    var warrener = new WarrenerSubject(run.programs());
    run.version("warrener", warrener.version());
    try (var fleet = new FleetUnderOrders(run, warrener, QUEUE, 1, WORKERS)) {
      var command = KillFloor.workerCommandBelow(fleet.first().pid());
      var floor = KillFloor.of(run.programs(), command);
      floor.missing().ifPresent(run::miss);
      if (floor.missing().isEmpty()) {
        var hello = hello(run.programs(), command);
        for (int round = 0; round < run.rounds() * 3; round++) {
          run.add("bare JVM", "process to ready", "ms", NONE, floor.readyMillis(hello));
          run.add("warrener", "process to ready", "ms", NONE, floor.readyMillis(command));
        }
      }
      memory(run, fleet);
      for (int round = 0; round < run.rounds(); round++) {
        respawn(run, warrener, fleet, round);
      }
    }
    var spared = warrener.withSpares(1);
    run.version(spared.name(), warrener.version());
    try (var fleet = new FleetUnderOrders(run, spared, QUEUE + "-spared", 1, WORKERS)) {
      for (int round = 0; round < run.rounds(); round++) {
        respawn(run, spared, fleet, round);
      }
    }
    for (int round = 0; round < run.rounds(); round++) {
      firstTask(run, warrener, round);
      command(run, warrener, "kill --help", List.of("kill", "--help"));
      command(run, warrener, "--version", List.of("--version"));
    }
  }

  /** Returns a command that runs {@link BareJvm} with the flags of a worker. */
  private static List<String> hello(MeasuredPrograms programs, List<String> workerCommand) {
    var words = new ArrayList<String>();
    for (var word : workerCommand) {
      if (word.equals("-cp")) {
        break;
      }
      if (!word.startsWith("-XX:AOTCache") && !word.startsWith("-XX:SharedArchiveFile")) {
        words.add(word);
      }
    }
    words.addAll(List.of("-cp", programs.handlers().toString(), BareJvm.class.getName()));
    return words;
  }

  private static void memory(SuiteRun run, FleetUnderOrders fleet) throws InterruptedException {
    fleet.awaitReady();
    for (var pid : KillFloor.workersBelow(fleet.first().pid())) {
      run.add(
          "warrener",
          "idle worker's proportional memory",
          "MB",
          NONE,
          ProcessFigures.proportionalMegabytes(pid));
    }
    run.add(
        "warrener",
        "idle controller's proportional memory",
        "MB",
        NONE,
        ProcessFigures.proportionalMegabytes(fleet.first().pid()));
  }

  private static void respawn(
      SuiteRun run, WarrenerSubject warrener, FleetUnderOrders fleet, int round)
      throws IOException, InterruptedException {
    fleet.awaitReady();
    fleet.makeBusy(FleetUnderOrders.WAITING);
    var file = run.programs().folder().resolve("respawn-" + warrener.spares() + "-" + round);
    fleet.publish(1, MeasuredTasks.stamps(file, 200));
    var worker = new WorkerTarget(fleet.aBusyWorker(), null);
    var scope = new Scope(false, List.of(), List.of(), List.of(), List.of(), List.of(worker));
    var killed = fleet.killAndRespawn(scope, InFlight.PURGE, 1);
    var stamp = LatencySuite.await(file, 1, fleet.first()).getFirst();
    run.add(
        warrener.name(),
        "certificate to the next task's start",
        "ms",
        NONE,
        (stamp.startedNanos() - killed.lastNanos(ReportType.WORKER_DEAD)) / 1e6);
    fleet.killAndRespawn(Scope.ALL, InFlight.PURGE, WORKERS + warrener.spares());
  }

  private static void firstTask(SuiteRun run, WarrenerSubject warrener, int round)
      throws IOException, InterruptedException {
    var broker = run.broker();
    broker.declare(QUEUE);
    var file = run.programs().folder().resolve("first-" + round);
    try (var load = new LoadPublisher(broker.connection())) {
      load.publish(broker.namespace().tasksExchange(), QUEUE, 1, MeasuredTasks.stamps(file, 200));
    }
    long begin = System.nanoTime();
    try (var running =
        warrener.startOnly(broker, new Setting(QUEUE, WORKERS, 8, Work.STAMP), "first")) {
      var stamp = LatencySuite.await(file, 1, running).getFirst();
      run.add(
          "warrener",
          "controller's start to its first task's start",
          "ms",
          NONE,
          (stamp.startedNanos() - begin) / 1e6);
    }
  }

  private static void command(
      SuiteRun run, WarrenerSubject warrener, String name, List<String> words)
      throws InterruptedException {
    var command = new ArrayList<>(List.of(run.programs().warrener()));
    command.addAll(words);
    long begin = System.nanoTime();
    try (var child =
        ChildProcess.start(
            "command", run.programs().folder(), warrener.environment(run.broker()), command)) {
      child.awaitSuccess(60);
      run.add(
          "warrener",
          "command, start to exit",
          "ms",
          Map.of("command", name),
          (System.nanoTime() - begin) / 1e6);
    }
  }
}
