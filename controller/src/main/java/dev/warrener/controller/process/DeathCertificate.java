package dev.warrener.controller.process;

import org.jspecify.annotations.Nullable;

/**
 * Says that no process of a worker's tree is left.
 *
 * @param worker the worker
 * @param pid of the worker's own process, as its controller's pid namespace numbers it
 * @param startTicks when that process started: field 22 of the kernel's stat
 * @param containment the tier that held the tree: {@code subreaper}, {@code cgroup}, {@code
 *     pid-namespace} or {@code cgroup+pid-namespace}
 * @param signal the signal that ended the worker's own process, or 0 if it exited. A process that
 *     exits with 128 + n can't be told from one that died by signal n, and counts as such
 * @param exitCode its status if it exited by itself; null if a signal ended it
 * @param processesKilled how many processes of the tree were seen dying, the worker's own among
 *     them if it was killed: at least so many. One that came and went between two looks isn't in it
 * @param proven true: the kernel said so, by cgroup or namespace; false: no process of the tree was
 *     found any more
 * @param deathMicros from the first signal (or from the notice of a death that was none of ours) to
 *     the empty tree, in microseconds
 */
public record DeathCertificate(
    WorkerKey worker,
    long pid,
    long startTicks,
    String containment,
    int signal,
    @Nullable Integer exitCode,
    int processesKilled,
    boolean proven,
    long deathMicros) {}
