package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.pipe.PipeWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A worker that was asked for. Its start is claimed once: by the spawner, which then starts it, or
 * by the killer, and then the worker never exists. Thread-safe.
 */
final class WorkerStart {
  private final WorkerKey key;
  private final long mark;
  private final List<String> command;
  private final Map<String, String> environment;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private volatile @Nullable PipeWriter sender;
  private volatile @Nullable RunningWorker running;

  WorkerStart(WorkerKey key, long mark, List<String> command, Map<String, String> environment) {
    this.key = key;
    this.mark = mark;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
  }

  WorkerKey key() {
    return key;
  }

  long mark() {
    return mark;
  }

  List<String> command() {
    return command;
  }

  Map<String, String> environment() {
    return environment;
  }

  /** Claims the start. Returns whether the caller is the first to do so. */
  boolean claimStart() {
    return claimed.compareAndSet(false, true);
  }

  /** Returns the writer of its frames; null until its process exists. */
  @Nullable PipeWriter sender() {
    return sender;
  }

  /** Returns the worker; null until its process exists. */
  @Nullable RunningWorker running() {
    return running;
  }

  /** Sets the worker and the writer of its frames; called once, by the spawner. */
  void running(RunningWorker theWorker, PipeWriter theSender) {
    running = theWorker;
    sender = theSender;
  }
}
