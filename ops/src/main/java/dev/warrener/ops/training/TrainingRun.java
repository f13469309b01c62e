package dev.warrener.ops.training;

import dev.warrener.ops.log.LogConfiguration;
import dev.warrener.worker.process.LaunchFlags;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes the caches that shorten the starts of commands, controllers and workers ({@code
 * -XX:AOTCache}), and the time until they are quick: the Java VM writes a cache at the end of a
 * program that it watches. {@code TrainingRun COMMANDS CONTROLLER WORKER WORKER-JAR [FLAG...]}
 * writes the files COMMANDS, by a VM with those flags, CONTROLLER, by one with a controller's, and
 * WORKER, by one with a worker's.
 */
public final class TrainingRun {
  private TrainingRun() {}

  /** Ends with a status other than 0 if a cache is missing in the end. */
  public static void main(String[] arguments) throws Exception {
    LogConfiguration.choose(LogConfiguration.Mode.OFF);
    var words = List.of(arguments);
    int worker =
        WorkerTraining.run(
            new WatchedVm(Path.of(words.get(2)), LaunchFlags.watched()), Path.of(words.get(3)));
    int fleet =
        FleetTraining.run(
            new WatchedVm(Path.of(words.getFirst()), words.subList(4, words.size())),
            new WatchedVm(Path.of(words.get(1)), List.of("-XX:+UseSerialGC")));
    System.exit(Math.max(worker, fleet));
  }
}
