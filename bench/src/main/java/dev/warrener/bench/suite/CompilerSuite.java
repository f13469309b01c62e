package dev.warrener.bench.suite;

import dev.warrener.bench.handler.KernelHandler;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredTasks;
import dev.warrener.bench.rig.ProcessFigures;
import dev.warrener.bench.subject.KillFloor;
import dev.warrener.bench.subject.Subject.Running;
import dev.warrener.bench.subject.Subject.Setting;
import dev.warrener.bench.subject.WarrenerSubject;
import dev.warrener.messaging.task.Body;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures what the optimizing compiler costs a worker at its start, in memory and at its death,
 * and what a task gains that computes.
 */
public final class CompilerSuite implements Suite {
  private static final String QUEUE = "compiler";
  private static final int KILLED = 8;
  private static final Map<String, String> NONE = Map.of();
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  @Override
  public String name() {
    return "compiler";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note(
        "Both compilers are the default; quick is worker.compiler=quick, the quick compiler alone."
            + " The task multiplies matrices of double, 2 thousand million operations, in a worker"
            + " that has just started.");
    var both = new WarrenerSubject(run.programs());
    run.version("warrener", both.version());
    var subjects = List.of(both.withCompiler("both"), both.withCompiler("quick"));
    for (int round = 0; round < run.rounds(); round++) {
      for (var subject : subjects) {
        run.broker().declare(QUEUE);
        try (var running = subject.start(run.broker(), new Setting(QUEUE, 1, 1, Work.STAMP))) {
          turn(run, subject, running, round);
        }
      }
    }
  }

  private static void turn(SuiteRun run, WarrenerSubject subject, Running running, int round)
      throws IOException, InterruptedException {
    var name = subject.name();
    for (var pid : KillFloor.workersBelow(running.pid())) {
      run.add(
          name,
          "idle worker's proportional memory",
          "MB",
          NONE,
          ProcessFigures.proportionalMegabytes(pid));
    }
    var command = command(running.pid(), name.contains("quick"));
    var floor = KillFloor.of(run.programs(), command);
    floor.missing().ifPresent(run::miss);
    if (floor.missing().isEmpty()) {
      for (int i = 0; i < 3; i++) {
        run.add(name, "process to ready", "ms", NONE, floor.readyMillis(command));
        run.add(
            name,
            "kernel's time to end workers",
            "ms",
            Map.of("workers", Integer.toString(KILLED)),
            floor.killMillis(KILLED, false));
      }
    }
    var file = run.programs().folder().resolve("kernel-" + round + "-" + name.hashCode());
    try (var load = new LoadPublisher(run.broker().connection())) {
      load.publish(
          run.broker().namespace().tasksExchange(),
          QUEUE,
          1,
          MeasuredTasks.of(
              KernelHandler.NAME,
              Body.of(file.toString().getBytes(StandardCharsets.UTF_8)),
              Map.of()));
    }
    var stamp = LatencySuite.await(file, 1, running).getFirst();
    run.add(name, "task that computes", "ms", NONE, stamp.millis());
  }

  /** Returns the command of the controller's worker, which must have the flag or not. */
  private static List<String> command(long controller, boolean quick) {
    var command = new ArrayList<>(KillFloor.workerCommandBelow(controller));
    if (command.contains(QUICK) != quick) {
      throw new IllegalStateException("a worker has other compilers than it was to: " + command);
    }
    return command;
  }
}
