package dev.warrener.controller.process;

import dev.warrener.worker.frame.Frame;
import java.util.List;

/**
 * Hears what happens to worker processes. Called from several threads of the process layer, for one
 * worker always in the order of its life, so it should do no more than put an event on a queue: a
 * listener that blocks delays what is heard of all other workers, and their death.
 *
 * <p>What comes for one key: either {@link #spawnFailed} and nothing else; or {@link #spawned},
 * then frames and output, and at last exactly one {@link #treeEmpty}, after which nothing of that
 * key comes any more. Before it every frame that the worker had completely written has come,
 * however the worker died. An {@link #unconfirmed} may come once before {@code treeEmpty}.
 */
public interface ProcessListener {

  /** The worker's process exists: {@code pid} and {@code startTicks} together name it. */
  void spawned(WorkerKey worker, long pid, long startTicks);

  /** There never was a process of that key; {@code reason} is a sentence for an operator. */
  void spawnFailed(WorkerKey worker, String reason);

  /** The worker wrote a frame. */
  void frame(WorkerKey worker, Frame frame);

  /** The worker, or a process of its tree, wrote a line to its standard output or error. */
  void output(WorkerKey worker, String line);

  /** No process of the worker's tree is left; the last word about that key. */
  void treeEmpty(DeathCertificate certificate);

  /**
   * The tree is not empty after {@link ProcessSettings#unconfirmedAfter}; the layer goes on
   * killing. The list may be empty where what is left can't be named.
   */
  void unconfirmed(WorkerKey worker, long pid, long startTicks, List<Survivor> survivors);
}
