package dev.warrener.messaging.report;

import dev.warrener.messaging.Contract;
import org.jspecify.annotations.Nullable;

/** Builds a death certificate. Not thread-safe. */
public final class WorkerDeadBuilder {
  private final Report.Header header;
  private final Report.KilledWorker worker;
  private int signal;
  private @Nullable Integer exitCode;
  private int processesKilled;
  private boolean proven;
  private @Nullable String task;
  private long deathMicros;

  WorkerDeadBuilder(Report.Header header, Report.KilledWorker worker) {
    this.header = header;
    this.worker = worker;
  }

  /** The signal that ended the worker; 0 by default: none. */
  public WorkerDeadBuilder signal(int signal) {
    this.signal = signal;
    return this;
  }

  /** The exit code of a worker that ended by itself. */
  public WorkerDeadBuilder exitCode(@Nullable Integer exitCode) {
    this.exitCode = exitCode;
    return this;
  }

  /** The number of processes of the tree that were signalled; 0 by default. */
  public WorkerDeadBuilder processesKilled(int processesKilled) {
    this.processesKilled = processesKilled;
    return this;
  }

  /** Whether the kernel itself says that the tree is empty; false by default. */
  public WorkerDeadBuilder proven(boolean proven) {
    this.proven = proven;
    return this;
  }

  /** The task that the worker ran. */
  public WorkerDeadBuilder task(@Nullable String task) {
    this.task = task;
    return this;
  }

  /** The time from the first signal to the empty tree, in microseconds; 0 by default. */
  public WorkerDeadBuilder deathMicros(long deathMicros) {
    this.deathMicros = deathMicros;
    return this;
  }

  /** Returns the certificate. */
  public Report.WorkerDead build() {
    return new Report.WorkerDead(
        Contract.VERSION,
        header.order(),
        header.controller(),
        header.host(),
        header.at(),
        header.sequence(),
        worker.worker(),
        worker.incarnation(),
        worker.pid(),
        worker.startTicks(),
        worker.containment(),
        signal,
        exitCode,
        processesKilled,
        true,
        proven,
        task,
        deathMicros);
  }
}
