/**
 * Worker processes: starting them, speaking frames with them, killing them with all their
 * descendants, and showing that nothing of them is left. Knows neither a broker nor a task.
 *
 * <h2>The life of a worker here</h2>
 *
 * <pre>
 *   spawn ──▶ queued ──▶ started ──▶ alive ──kill, or it ended──▶ dying ──▶ empty ──▶ drained: treeEmpty
 *                │            (spawned, frames, output)             │
 *                └─ killed before, or it can't be started:          └─ late: unconfirmed, and on
 *                   spawnFailed
 * </pre>
 *
 * <h2>How a tree is held</h2>
 *
 * <p>Each worker is started through a chain of small programs, each of which becomes the next, so
 * that everything is in place before the worker's first instruction: {@code sh} puts the channel on
 * descriptors 3 and 4, sets the mark and enters the cgroup; {@code setpriv} asks for SIGKILL at the
 * controller's death; {@code unshare} makes the pid namespace; {@code setsid} the session. See
 * {@link dev.warrener.controller.process.Containment}. What proves an empty tree, and what doesn't:
 *
 * <ul>
 *   <li>cgroup: the kernel has let its directory be removed. Proof.
 *   <li>pid namespace: its process 1 is dead, which the kernel allows only when all others are.
 *       Proof.
 *   <li>the walk below the controller as subreaper, always done as well: nothing was found, twice.
 *       No proof (a chain that forks without end gets past any look), and the certificate says so.
 *   <li>the end of a channel, {@code kill(-group, 0)}, a {@code ProcessHandle} of a descendant: say
 *       nothing, and are asked nothing.
 * </ul>
 *
 * <h2>Threads</h2>
 *
 * <p>All are platform threads: with every core busy a virtual thread may wait for seconds. The
 * <b>spawner</b> starts every process, since a parent-death signal is bound to the thread that did,
 * and lives until all are dead. The <b>killer</b> owns all that is known of trees, and is told by
 * events. The <b>reaper</b> waits in the kernel for dead children. Each worker has four, which
 * serve the next one when it is dead: one waits for its exit, two read, one writes.
 */
@NullMarked
package dev.warrener.controller.process;

import org.jspecify.annotations.NullMarked;
