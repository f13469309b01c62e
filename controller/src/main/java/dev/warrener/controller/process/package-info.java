/**
 * Worker processes: starts them, exchanges frames with them, kills them with all their descendants,
 * and certifies that nothing of them is left. Knows neither a broker nor a task.
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
 * that everything is in place before the worker's first instruction: {@code nice} lowers the
 * priority; {@code sh} puts the channel on descriptors 3 and 4, sets the mark and enters the
 * cgroup; {@code setpriv} asks for SIGKILL at the controller's death; {@code unshare} makes the pid
 * namespace; {@code setsid} the session. See {@link dev.warrener.controller.process.Containment}.
 * What proves that a tree is empty:
 *
 * <ul>
 *   <li>cgroup: the kernel has let its directory be removed. That is proof.
 *   <li>pid namespace: its process 1 is dead, which the kernel allows only when all others are.
 *       That is proof.
 *   <li>the walk below the controller as subreaper, always done as well: no process was found,
 *       twice. That is no proof, because a chain that forks without end gets past any look; the
 *       certificate says so.
 *   <li>the end of a pipe, {@code kill(-group, 0)}, a {@code ProcessHandle} of a descendant: these
 *       prove nothing, and are not used.
 * </ul>
 *
 * <h2>Threads</h2>
 *
 * <p>All are platform threads, because a virtual thread may wait for seconds when every processor
 * is busy. {@code docs/architecture.md} lists them, with what each does.
 */
@NullMarked
package dev.warrener.controller.process;

import org.jspecify.annotations.NullMarked;
