package dev.warrener.controller.process;

import java.time.Duration;

/**
 * How worker processes are kept and killed.
 *
 * @param run the run of the controller that they belong to
 * @param containment which containment to use, {@link ContainmentChoice#AUTO} by default
 * @param unconfirmedAfter how long after the first signal a tree that isn't empty is reported, 5 s
 *     by default; killing goes on after it
 * @param drainWithin how long, once a tree is empty, to wait for the end of its output, 1 s by
 *     default; only a process outside the tree that holds the output can make it take that long
 * @param closeWithin how long {@link WorkerProcesses#close} waits for all trees, 10 s by default
 * @param sendQueueFrames how many frames to a worker may wait to be written, 1024 by default
 */
public record ProcessSettings(
    ControllerRun run,
    ContainmentChoice containment,
    Duration unconfirmedAfter,
    Duration drainWithin,
    Duration closeWithin,
    int sendQueueFrames) {

  /** Checks that every limit is positive. */
  public ProcessSettings {
    requirePositive("unconfirmedAfter", unconfirmedAfter);
    requirePositive("drainWithin", drainWithin);
    requirePositive("closeWithin", closeWithin);
    if (sendQueueFrames < 1) {
      throw new IllegalArgumentException(
          "sendQueueFrames must be at least 1, not " + sendQueueFrames);
    }
  }

  /** The defaults, for that run. */
  public static ProcessSettings of(ControllerRun run) {
    return new ProcessSettings(
        run,
        ContainmentChoice.AUTO,
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        1024);
  }

  /** The same with that containment. */
  public ProcessSettings withContainment(ContainmentChoice choice) {
    return new ProcessSettings(
        run, choice, unconfirmedAfter, drainWithin, closeWithin, sendQueueFrames);
  }

  /** The same with that time until a tree is reported as unconfirmed. */
  public ProcessSettings withUnconfirmedAfter(Duration duration) {
    return new ProcessSettings(
        run, containment, duration, drainWithin, closeWithin, sendQueueFrames);
  }

  /** The same with that time for the end of the output of an empty tree. */
  public ProcessSettings withDrainWithin(Duration duration) {
    return new ProcessSettings(
        run, containment, unconfirmedAfter, duration, closeWithin, sendQueueFrames);
  }

  /** The same with that time for {@link WorkerProcesses#close}. */
  public ProcessSettings withCloseWithin(Duration duration) {
    return new ProcessSettings(
        run, containment, unconfirmedAfter, drainWithin, duration, sendQueueFrames);
  }

  /** The same with room for that many frames to each worker. */
  public ProcessSettings withSendQueueFrames(int frames) {
    return new ProcessSettings(
        run, containment, unconfirmedAfter, drainWithin, closeWithin, frames);
  }

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be more than nothing, not " + duration);
    }
  }
}
