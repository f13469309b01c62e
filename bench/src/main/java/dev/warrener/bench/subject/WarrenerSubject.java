package dev.warrener.bench.subject;

import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.ChildProcess;
import dev.warrener.bench.rig.FleetWatch;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredBroker;
import dev.warrener.bench.rig.MeasuredTasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Warrener controller with its workers, started as users start it. */
public final class WarrenerSubject implements Subject {
  private final MeasuredPrograms programs;
  private final String name;
  private final boolean ownLookAhead;
  private final String javaOptions;
  private final int spares;
  private final String compiler;

  /** Makes a controller with the prefetch that all programs get. */
  public WarrenerSubject(MeasuredPrograms programs) {
    this(programs, "warrener", false, "");
  }

  /**
   * Makes a controller with other settings.
   *
   * @param name the name for tables
   * @param ownLookAhead whether the controller keeps its default look-ahead
   * @param javaOptions further options of the controller's JVM
   */
  public WarrenerSubject(
      MeasuredPrograms programs, String name, boolean ownLookAhead, String javaOptions) {
    this(programs, name, ownLookAhead, javaOptions, 0, "");
  }

  private WarrenerSubject(
      MeasuredPrograms programs,
      String name,
      boolean ownLookAhead,
      String javaOptions,
      int spares,
      String compiler) {
    this.programs = programs;
    this.name = name;
    this.ownLookAhead = ownLookAhead;
    this.javaOptions = javaOptions;
    this.spares = spares;
    this.compiler = compiler;
  }

  /** Returns a copy with {@code number} spare workers: ready ones beyond those that may be busy. */
  public WarrenerSubject withSpares(int number) {
    return new WarrenerSubject(
        programs, name + ", " + number + " spare", ownLookAhead, javaOptions, number, compiler);
  }

  /** Returns a copy whose workers have these compilers. */
  public WarrenerSubject withCompiler(String which) {
    return new WarrenerSubject(programs, which, ownLookAhead, javaOptions, spares, which);
  }

  /** Returns the number of spare workers. */
  public int spares() {
    return spares;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return MeasuredPrograms.output(List.of(programs.warrener(), "--version"));
  }

  @Override
  public LoadPublisher.Source tasks(Work work, int bytes) {
    return MeasuredTasks.of(work, bytes);
  }

  @Override
  public Running start(MeasuredBroker broker, Setting setting)
      throws IOException, InterruptedException {
    try (var fleet = new FleetWatch(broker)) {
      var running = startOnly(broker, setting, "bench");
      try {
        fleet.awaitReady("bench", running::requireAlive);
        return running;
      } catch (RuntimeException e) {
        running.close();
        throw e;
      }
    }
  }

  /** Starts a controller, and does not wait until its workers are ready. */
  public Running startOnly(MeasuredBroker broker, Setting setting, String id) {
    var command =
        new ArrayList<>(
            List.of(
                programs.warrener(),
                "controller",
                "--id",
                id,
                "--queue",
                setting.queue() + "=" + setting.workers(),
                "--handlers",
                programs.handlers().toString()));
    if (!ownLookAhead) {
      int lookAhead = Math.max(1, setting.prefetch() - setting.workers());
      command.add("--set");
      command.add("queue." + setting.queue() + ".look-ahead=" + lookAhead);
    }
    if (spares > 0) {
      command.add("--set");
      command.add("queue." + setting.queue() + ".spares=" + spares);
    }
    if (!compiler.isEmpty()) {
      command.add("--set");
      command.add("worker.compiler=" + compiler);
    }
    return new ChildRunning(
        ChildProcess.start("controller", programs.folder(), environment(broker), command));
  }

  /** Returns the environment with which a command of Warrener uses the measured broker. */
  public Map<String, String> environment(MeasuredBroker broker) {
    return Map.of(
        "WARRENER_BROKER",
        broker.uri().toString(),
        "WARRENER_NAMESPACE",
        broker.namespace().name(),
        "WARRENER_RUNTIME_DIRECTORY",
        programs.folder().resolve("run").toString(),
        "WARRENER_STATE_DIRECTORY",
        programs.folder().resolve("state-" + broker.namespace().name()).toString(),
        "WARRENER_JAVA_HOME",
        System.getProperty("java.home"),
        "WARRENER_JAVA_OPTS",
        ("-Dwarrener.ends-with-stdin=true " + javaOptions).strip());
  }
}
