package dev.warrener.controller.death;

import org.jspecify.annotations.Nullable;

/**
 * Certifies that no process of a worker's tree is left.
 *
 * @param worker the worker
 * @param pid the worker's own process id, as the controller's pid namespace numbers it
 * @param startTicks when that process started: field 22 of the kernel's stat
 * @param containment the tier that held the tree: {@code subreaper}, {@code cgroup}, {@code
 *     pid-namespace} or {@code cgroup+pid-namespace}
 * @param signal the signal that ended the worker's own process, or 0 if it exited. A process that
 *     exits with 128 + n can't be told from one that died by signal n, and counts as such
 * @param exitCode the worker's exit status if it exited by itself; null if a signal ended it
 * @param processesKilled the number of processes of the tree that were seen dying, including the
 *     worker's own if it was killed. The true number may be larger: a process that came and went
 *     between two looks is not counted
 * @param proven true: the kernel said so, by cgroup or namespace; false: no process of the tree was
 *     found any more
 * @param deathMicros the time from the first signal (or from the notice of a death that the
 *     controller did not cause) to the empty tree, in microseconds
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
