package dev.warrener.controller.process;

import dev.warrener.controller.process.pipe.FrameMemory;
import java.time.Duration;

/**
 * Settings for the containment and the killing of worker processes. Made by {@link #builder}.
 *
 * @param run the run of the controller that the workers belong to
 * @param containment which containment to use; {@link ContainmentChoice#AUTO} by default
 * @param unconfirmedAfter how long after the first signal a process tree that is not empty is
 *     reported, 5 s by default; killing goes on after the report
 * @param drainWithin how long to wait for the end of a worker's output once its process tree is
 *     empty, 1 s by default; only a process outside the tree that holds the pipe open can make it
 *     take that long
 * @param sendQueueFrames the most frames to a worker that wait to be written, 1024 by default
 * @param workerPids the most processes and threads that a worker may have, together with all that
 *     it starts; 0, the default, for any number. Where the kernel can't limit each worker, {@code
 *     workers} times as many are the limit for all together
 * @param workers the most workers at a time, 1 by default; used only for that common limit
 * @param workerNice the niceness of workers: 0, the default, to 19
 * @param frameMemory the memory for large frames of workers; by default a share of this VM's heap
 */
public record ProcessSettings(
    ControllerRun run,
    ContainmentChoice containment,
    Duration unconfirmedAfter,
    Duration drainWithin,
    int sendQueueFrames,
    int workerPids,
    int workers,
    int workerNice,
    FrameMemory frameMemory) {

  /** Checks that every limit is in its range. */
  public ProcessSettings {
    requirePositive("unconfirmedAfter", unconfirmedAfter);
    requirePositive("drainWithin", drainWithin);
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

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be more than nothing, not " + duration);
    }
  }

  /** Returns a builder with the defaults. */
  public static Builder builder(ControllerRun run) {
    return new Builder(run);
  }

  /** Collects settings; what is not set has its default. */
  public static final class Builder {
    private final ControllerRun run;
    private ContainmentChoice containment = ContainmentChoice.AUTO;
    private Duration unconfirmedAfter = Duration.ofSeconds(5);
    private Duration drainWithin = Duration.ofSeconds(1);
    private int sendQueueFrames = 1024;
    private int workerPids;
    private int workers = 1;
    private int workerNice;
    private FrameMemory frameMemory = FrameMemory.ofHeap();

    private Builder(ControllerRun run) {
      this.run = run;
    }

    public Builder containment(ContainmentChoice choice) {
      containment = choice;
      return this;
    }

    public Builder unconfirmedAfter(Duration duration) {
      unconfirmedAfter = duration;
      return this;
    }

    public Builder drainWithin(Duration duration) {
      drainWithin = duration;
      return this;
    }

    public Builder sendQueueFrames(int frames) {
      sendQueueFrames = frames;
      return this;
    }

    /** Limits the processes and threads of each of {@code howMany} workers. */
    public Builder workerPids(int each, int howMany) {
      workerPids = each;
      workers = howMany;
      return this;
    }

    public Builder workerNice(int nice) {
      workerNice = nice;
      return this;
    }

    public Builder frameMemory(FrameMemory memory) {
      frameMemory = memory;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ProcessSettings build() {
      return new ProcessSettings(
          run,
          containment,
          unconfirmedAfter,
          drainWithin,
          sendQueueFrames,
          workerPids,
          workers,
          workerNice,
          frameMemory);
    }
  }
}
