package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The processes of one worker, and the state of their death: alive; dying (signalled, or the
 * worker's own process has ended by itself); empty (no process left, output may still be read).
 * Owned by the killer's thread.
 */
final class ProcessTree {
  private static final int EXITED_BY_SIGNAL = 128;
  private static final int MOST_SIGNALS = 64;

  /** When to look for the head's descendants: by then most workers are gone. */
  private static final long FIRST_DESCENT_NANOS = 5_000_000;

  private final RunningWorker worker;
  private final List<Enclosure> enclosures;

  private boolean dying;
  private long firstSignalNanos;
  private boolean killed;
  private boolean headExited;
  private int exitValue;
  private boolean drained;
  private boolean empty;
  private long emptyNanos;
  private boolean reportedUnconfirmed;
  private int descents;
  private long nextDescentNanos;

  /** All processes that were seen, except the shell that is process 1 of a pid namespace. */
  private final Set<ProcessId> seen = new HashSet<>();

  /** The processes that the last look found alive. */
  private final List<Stat> alive = new ArrayList<>();

  private boolean foundAny;

  /** Whether a process of this tree, or one that may belong to it, was found outside its cgroup. */
  private boolean leftCgroup;

  ProcessTree(RunningWorker worker) {
    this.worker = worker;
    this.enclosures = worker.launched().enclosures();
  }

  RunningWorker worker() {
    return worker;
  }

  List<Enclosure> enclosures() {
    return enclosures;
  }

  boolean isDying() {
    return dying;
  }

  boolean hasHeadExited() {
    return headExited;
  }

  boolean isEmpty() {
    return empty;
  }

  boolean isDrained() {
    return drained;
  }

  /** Starts the death; {@code byUs} unless the worker's own process has ended by itself. */
  void beginDying(long now, boolean byUs) {
    dying = true;
    killed = byUs;
    firstSignalNanos = now;
    nextDescentNanos = now + FIRST_DESCENT_NANOS;
  }

  void headExited(int value) {
    headExited = true;
    exitValue = value;
  }

  void drained() {
    drained = true;
  }

  void becomeEmpty(long now) {
    empty = true;
    emptyNanos = now;
  }

  long nanosSinceFirstSignal(long now) {
    return now - firstSignalNanos;
  }

  long nanosSinceEmpty(long now) {
    return now - emptyNanos;
  }

  /**
   * Whether to look at the head's descendants now, because the death takes long. Never inside an
   * enclosure: there the kernel has killed them already.
   */
  boolean isDescentDue(long now) {
    return enclosures.isEmpty() && dying && !headExited && now - nextDescentNanos >= 0;
  }

  /** Notes a look at the head's descendants, and doubles the time until the next. */
  void descended(long now) {
    nextDescentNanos = now + ((2 * FIRST_DESCENT_NANOS) << Math.min(descents, 4));
    descents++;
  }

  /** Returns the time until {@link #isDescentDue} is true. */
  long nanosToNextDescent(long now) {
    return enclosures.isEmpty() ? nextDescentNanos - now : Long.MAX_VALUE;
  }

  /** Prepares for a new look. */
  void beginLook() {
    alive.clear();
    foundAny = false;
  }

  /** Notes that a process of this tree was found dead and was reaped. */
  void sawDead(ProcessId process) {
    note(process);
  }

  /** Notes that a process of this tree was found alive, and was signalled. */
  void sawAlive(Stat stat) {
    note(stat.id());
    alive.add(stat);
  }

  /** Notes whether a process of this tree, dead or alive, is outside the tree's cgroup. */
  void noteWhere(ProcessId process) {
    CgroupEnclosure cgroup = worker.launched().cgroup();
    if (cgroup != null && !leftCgroup) {
      leftCgroup = !cgroup.holds(process.pid());
    }
  }

  /** Notes a process outside all cgroups that may belong to this tree. */
  void noteStranger() {
    leftCgroup = true;
  }

  /** Whether a process, dead or alive, is inside the tree's cgroup; false without one. */
  boolean holds(ProcessId process) {
    CgroupEnclosure cgroup = worker.launched().cgroup();
    return cgroup != null && cgroup.holds(process.pid());
  }

  private void note(ProcessId process) {
    NamespaceEnclosure namespace = worker.launched().namespace();
    foundAny = true;
    if (namespace == null || !namespace.isFirst(process)) {
      seen.add(process);
    }
  }

  /** The number of living processes that the last look found. */
  int countAlive() {
    return alive.size();
  }

  /** Whether the last look found a living process. */
  boolean wasFoundAlive() {
    return !alive.isEmpty();
  }

  /**
   * Whether the last look found any process, dead or alive. A dead one may have had children that
   * fell to the controller after the look had begun.
   */
  boolean wasFound() {
    return foundAny;
  }

  /** Returns true the first time, so that the tree is reported once. */
  boolean reportUnconfirmed() {
    boolean first = !reportedUnconfirmed;
    reportedUnconfirmed = true;
    return first;
  }

  boolean isReportedUnconfirmed() {
    return reportedUnconfirmed;
  }

  /** Returns the processes that are left, as far as they can be named. */
  List<Survivor> survivors() {
    Set<Long> pids = new HashSet<>();
    if (!headExited) {
      pids.add(worker.own().pid());
    }
    alive.forEach(stat -> pids.add(stat.id().pid()));
    enclosures.forEach(fence -> pids.addAll(fence.members()));
    List<Survivor> survivors = new ArrayList<>();
    for (long pid : pids) {
      Stat stat = Stat.of(pid);
      if (stat != null) {
        survivors.add(new Survivor(pid, String.valueOf(stat.state()), stat.command()));
      }
    }
    return survivors;
  }

  /** Returns the death certificate; to be called when the tree is empty. */
  DeathCertificate certificate(Containment containment) {
    int signal = signal();
    seen.remove(worker.own());
    return new DeathCertificate(
        worker.key(),
        worker.own().pid(),
        worker.own().startTicks(),
        containment.tier(),
        signal,
        signal == 0 ? exitValue : null,
        seen.size() + (signal == 0 ? 0 : 1),
        isProven(),
        (emptyNanos - firstSignalNanos) / 1_000);
  }

  /**
   * Whether the kernel has proved that nothing is left. No process leaves a pid namespace; but an
   * empty cgroup proves nothing about a tree that had a process outside it.
   */
  private boolean isProven() {
    NamespaceEnclosure namespace = worker.launched().namespace();
    CgroupEnclosure cgroup = worker.launched().cgroup();
    return (namespace != null && namespace.isProven())
        || (cgroup != null && cgroup.isProven() && !leftCgroup);
  }

  private int signal() {
    if (exitValue > EXITED_BY_SIGNAL && exitValue <= EXITED_BY_SIGNAL + MOST_SIGNALS) {
      return exitValue - EXITED_BY_SIGNAL;
    }
    // When its child was killed, unshare of util-linux before 2.39 exits with 1 after a complaint.
    boolean unshareComplained = killed && exitValue == 1 && worker.launched().namespace() != null;
    return unshareComplained ? Kernel.SIGKILL : 0;
  }
}
