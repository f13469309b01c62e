package dev.warrener.controller.process;

import dev.warrener.worker.frame.Frame;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The worker processes of one controller. All methods may be called from any thread, and none but
 * {@link #start} and {@link #close} blocks; what comes of a call is told to the {@link
 * ProcessListener}.
 */
public final class WorkerProcesses implements AutoCloseable {

  private WorkerProcesses() {}

  /**
   * Probes which containment works here, links the native calls and starts the threads. Takes some
   * tens of milliseconds.
   *
   * @throws ProcessLayerException if the containment that the settings ask for doesn't work here
   */
  public static WorkerProcesses start(ProcessSettings settings, ProcessListener listener) {
    return new WorkerProcesses();
  }

  /**
   * Starts a worker's process.
   *
   * @param worker never used before
   * @param command program and arguments; the program is looked for on the PATH of {@code
   *     environment}, or of the controller if that has none
   * @param environment the whole environment of the worker, to which only WARRENER_ variables are
   *     added: nothing of the controller's own gets into it
   * @throws IllegalArgumentException if the command is empty or the key is in use
   */
  public void spawn(WorkerKey worker, List<String> command, Map<String, String> environment) {
    // Yet to come.
  }

  /**
   * Sends a frame to a worker.
   *
   * @return false if it can't be sent, because the worker doesn't read and its queue is full, or
   *     because there is no such worker (any more). True promises only that it will be written if
   *     the worker goes on reading
   */
  public boolean send(WorkerKey worker, Frame frame) {
    return false;
  }

  /**
   * Kills a worker with all its descendants, at once. Of a worker that is still being started: as
   * soon as it exists; if it doesn't exist yet it never will, and {@link
   * ProcessListener#spawnFailed} comes. Calls for an unknown, dying or dead worker do nothing.
   */
  public void kill(WorkerKey worker) {
    killAll(List.of(worker));
  }

  /** Kills all these workers as {@link #kill} does, signalling all before looking at any. */
  public void killAll(Collection<WorkerKey> workers) {
    // Yet to come.
  }

  /**
   * Asks a worker to end: SIGTERM to its process group. Says nothing about its death: call {@link
   * #kill} when the grace is over.
   */
  public void terminate(WorkerKey worker) {
    // Yet to come.
  }

  /** Which containment is in force, and why no better one is. */
  public ContainmentReport containment() {
    return new ContainmentReport("subreaper", false, List.of(), List.of());
  }

  /**
   * Kills all workers and returns when all trees are empty and the listener has heard it, or after
   * {@link ProcessSettings#closeWithin}. Spawns nothing more. A second call does nothing.
   */
  @Override
  public void close() {}
}
