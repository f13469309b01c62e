package dev.warrener.controller.process;

import java.time.Duration;
import java.util.function.Consumer;

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
 * @param workerPids how many processes and threads a worker may have with all that it starts; 0,
 *     the default, for any number. Where that can't be limited for each, it is room for all
 * @param workers how many workers there will be at a time, 1 by default; counts only there
 * @param workerNice how much workers yield the processors to the controller and to whatever else
 *     runs on the host: 0, the default, for not at all, to 19
 */
public record ProcessSettings(
    ControllerRun run,
    ContainmentChoice containment,
    Duration unconfirmedAfter,
    Duration drainWithin,
    Duration closeWithin,
    int sendQueueFrames,
    int workerPids,
    int workers,
    int workerNice) {

  /** Checks that every limit is positive. */
  public ProcessSettings {
    requirePositive("unconfirmedAfter", unconfirmedAfter);
    requirePositive("drainWithin", drainWithin);
    requirePositive("closeWithin", closeWithin);
    if (sendQueueFrames < 1) {
      throw new IllegalArgumentException(
          "sendQueueFrames must be at least 1, not " + sendQueueFrames);
    }
    if (workerPids < 0 || workers < 1) {
      throw new IllegalArgumentException(
          "workerPids must be at least 0 and workers 1, not " + workerPids + " and " + workers);
    }
    if (workerNice < 0 || workerNice > Niceness.MOST) {
      throw new IllegalArgumentException("workerNice must be 0 to 19, not " + workerNice);
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
        1024,
        0,
        1,
        0);
  }

  /** The same with that containment. */
  public ProcessSettings withContainment(ContainmentChoice choice) {
    return with(draft -> draft.containment = choice);
  }

  /** The same with that time until a tree is reported as unconfirmed. */
  public ProcessSettings withUnconfirmedAfter(Duration duration) {
    return with(draft -> draft.unconfirmedAfter = duration);
  }

  /** The same with that time for the end of the output of an empty tree. */
  public ProcessSettings withDrainWithin(Duration duration) {
    return with(draft -> draft.drainWithin = duration);
  }

  /** The same with that time for {@link WorkerProcesses#close}. */
  public ProcessSettings withCloseWithin(Duration duration) {
    return with(draft -> draft.closeWithin = duration);
  }

  /** The same with room for that many frames to each worker. */
  public ProcessSettings withSendQueueFrames(int frames) {
    return with(draft -> draft.sendQueueFrames = frames);
  }

  /** The same with that limit for each of so many workers. */
  public ProcessSettings withWorkerPids(int each, int howMany) {
    return with(draft -> {
      draft.workerPids = each;
      draft.workers = howMany;
    });
  }

  /** The same with workers that yield as much as that. */
  public ProcessSettings withWorkerNice(int nice) {
    return with(draft -> draft.workerNice = nice);
  }

  private ProcessSettings with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** The one place that copies all of it. */
  private static final class Draft {
    private final ControllerRun run;
    private ContainmentChoice containment;
    private Duration unconfirmedAfter;
    private Duration drainWithin;
    private Duration closeWithin;
    private int sendQueueFrames;
    private int workerPids;
    private int workers;
    private int workerNice;

    Draft(ProcessSettings settings) {
      run = settings.run;
      containment = settings.containment;
      unconfirmedAfter = settings.unconfirmedAfter;
      drainWithin = settings.drainWithin;
      closeWithin = settings.closeWithin;
      sendQueueFrames = settings.sendQueueFrames;
      workerPids = settings.workerPids;
      workers = settings.workers;
      workerNice = settings.workerNice;
    }

    ProcessSettings settings() {
      return new ProcessSettings(
          run,
          containment,
          unconfirmedAfter,
          drainWithin,
          closeWithin,
          sendQueueFrames,
          workerPids,
          workers,
          workerNice);
    }
  }

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be more than nothing, not " + duration);
    }
  }
}
