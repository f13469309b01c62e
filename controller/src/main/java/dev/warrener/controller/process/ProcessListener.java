package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.worker.frame.Frame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives what happens to worker processes. Called from several threads of the process layer; for
 * one worker always in the order of its life. A listener should only put an event on a queue: one
 * that blocks delays the reports about all other workers, and their death.
 *
 * <p>For one key there is either {@link #spawnFailed} and nothing else; or {@link #spawned}, then
 * frames and output, and last exactly one {@link #treeEmpty}. Before that, every frame that the
 * worker had written completely has been reported, however the worker died. One {@link
 * #unconfirmed} may come before {@code treeEmpty}.
 */
public interface ProcessListener {

  /** A worker's process exists; {@code pid} and {@code startTicks} together name it. */
  void spawned(WorkerKey worker, long pid, long startTicks);

  /** A worker's process will never exist; {@code reason} is a sentence for an operator. */
  void spawnFailed(WorkerKey worker, String reason);

  /** A worker wrote a frame. */
  void frame(WorkerKey worker, Frame frame);

  /** A worker wrote so many frames of types that nobody knows here. */
  default void framesSkipped(WorkerKey worker, int frames) {}

  /** A worker, or a process of its tree, wrote a line to its standard output or error. */
  void output(WorkerKey worker, String line);

  /** A worker wrote something that is no frame; {@code how} is a clause. It is killed. */
  default void protocolBroken(WorkerKey worker, String how) {}

  /**
   * Whether more of a worker's frames and output may be read. Asked after each piece of at most 64
   * KiB. If not, the worker waits until {@link WorkerProcesses#readOn}, or until its head is dead:
   * then the rest is read in any case.
   */
  default boolean takesMore(WorkerKey worker) {
    return true;
  }

  /** No process of a worker's tree is left. The last callback for a key. */
  void treeEmpty(DeathCertificate certificate);

  /**
   * A worker's tree is not empty after {@link ProcessSettings#unconfirmedAfter}; killing goes on.
   * The list may be empty if the remaining processes can't be named.
   *
   * @param doubt why nobody can tell whether the tree is empty, because a look or a signal failed;
   *     null if it is not empty
   */
  void unconfirmed(
      WorkerKey worker,
      long pid,
      long startTicks,
      List<Survivor> survivors,
      @Nullable String doubt);
}
