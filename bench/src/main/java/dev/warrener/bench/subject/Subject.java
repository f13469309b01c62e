package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredBroker;
import java.io.IOException;
import java.util.Optional;

/** Somebody who takes tasks from a queue and runs them. */
public interface Subject {
  /** The name in tables. */
  String name();

  /** Why it can't be measured here, and what installs it; empty if it can. */
  default Optional<MissingPeer> missing() {
    return Optional.empty();
  }

  /** The version, for the page. */
  String version();

  /** The tasks that it understands. */
  LoadPublisher.Source tasks(Work work, int bytes);

  /**
   * Starts to consume; returns when it is under way.
   *
   * @param setting what it has to do
   */
  Running start(MeasuredBroker place, Setting setting) throws IOException, InterruptedException;

  /**
   * What a subject has to do.
   *
   * @param queue by Warrener's name for it
   * @param workers how many tasks run at a time
   * @param prefetch how many may be handed out and not settled
   * @param work what each task does
   */
  record Setting(String queue, int workers, int prefetch, Work work) {}

  /** A subject at work. It ends when it is closed. */
  interface Running extends AutoCloseable {
    /**
     * Fails if it has ended by itself.
     *
     * @throws IllegalStateException with what it said
     */
    void requireAlive();

    /** Its main process. */
    long pid();

    @Override
    void close();
  }
}
