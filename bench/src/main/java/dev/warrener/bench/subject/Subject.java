package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredBroker;
import java.io.IOException;
import java.util.Optional;

/** A program that takes tasks from a queue and runs them. */
public interface Subject {
  /** Returns the name for tables. */
  String name();

  /** Returns why the program can't be measured, and how to install it; empty if it can. */
  default Optional<MissingPeer> missing() {
    return Optional.empty();
  }

  /** Returns the version for the page. */
  String version();

  /** Returns a source of tasks in the format of the program. */
  LoadPublisher.Source tasks(Work work, int bytes);

  /**
   * Starts the program. Returns when it consumes.
   *
   * @param setting the queue, and how much may run at a time
   */
  Running start(MeasuredBroker broker, Setting setting) throws IOException, InterruptedException;

  /**
   * The queue that a program consumes, and how.
   *
   * @param queue the queue, by Warrener's name
   * @param workers the most tasks that run at a time
   * @param prefetch the most tasks that are delivered and not settled
   * @param work the work of each task
   */
  record Setting(String queue, int workers, int prefetch, Work work) {}

  /** A running program. Closing ends it. */
  interface Running extends AutoCloseable {
    /**
     * Fails if the program has ended by itself.
     *
     * @throws IllegalStateException with the end of its output
     */
    void requireAlive();

    /** Returns the id of the main process. */
    long pid();

    @Override
    void close();
  }
}
