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

/** A controller with its workers, started as users start it. */
public final class WarrenerSubject implements Subject {
  private final MeasuredPrograms programs;
  private final String name;
  private final boolean ownLookAhead;
  private final String javaOptions;
  private final int spares;

  /** With the prefetch that each subject gets. */
  public WarrenerSubject(MeasuredPrograms programs) {
    this(programs, "warrener", false, "");
  }

  /**
   * With its own settings.
   *
   * @param ownLookAhead leave the look-ahead as it is by default
   * @param javaOptions more options for the controller's JVM
   */
  public WarrenerSubject(MeasuredPrograms programs, String name, boolean ownLookAhead, String javaOptions) {
    this(programs, name, ownLookAhead, javaOptions, 0);
  }

  private WarrenerSubject(
      MeasuredPrograms programs, String name, boolean ownLookAhead, String javaOptions, int spares) {
    this.programs = programs;
    this.name = name;
    this.ownLookAhead = ownLookAhead;
    this.javaOptions = javaOptions;
    this.spares = spares;
  }

  /** The same with that many workers beyond those that may be busy. */
  public WarrenerSubject withSpares(int number) {
    return new WarrenerSubject(
        programs, name + ", " + number + " spare", ownLookAhead, javaOptions, number);
  }

  /** How many workers it has beyond those that may be busy. */
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
  public Running start(MeasuredBroker place, Setting setting) throws IOException, InterruptedException {
    try (var fleet = new FleetWatch(place)) {
      var running = startOnly(place, setting, "bench");
      try {
        fleet.awaitReady("bench", running::requireAlive);
        return running;
      } catch (RuntimeException e) {
        running.close();
        throw e;
      }
    }
  }

  /** Starts a controller and doesn't wait. */
  public Running startOnly(MeasuredBroker place, Setting setting, String id) {
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
    return new ChildRunning(
        ChildProcess.start("controller", programs.folder(), environment(place), command));
  }

  /** What a command of Warrener's needs, to work at that place. */
  public Map<String, String> environment(MeasuredBroker place) {
    return Map.of(
        "WARRENER_BROKER",
        place.uri().toString(),
        "WARRENER_NAMESPACE",
        place.namespace().name(),
        "WARRENER_RUNTIME_DIRECTORY",
        programs.folder().resolve("run").toString(),
        "WARRENER_STATE_DIRECTORY",
        programs.folder().resolve("state-" + place.namespace().name()).toString(),
        "WARRENER_JAVA_HOME",
        System.getProperty("java.home"),
        "WARRENER_JAVA_OPTS",
        ("-Dwarrener.ends-with-stdin=true " + javaOptions).strip());
  }
}
