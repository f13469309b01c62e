package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one worker, and the state of their death: alive; dying (signalled, or the
 * worker's own process has ended by itself); empty (no process left, output may still be read).
 * Owned by the killer's thread.
 */
final class ProcessTree {
  private static final int EXITED_BY_SIGNAL = 128;
  private static final int MOST_SIGNALS = 64;

  /** Stands for the state and the name of a process that can't be read. */
  private static final String UNKNOWN = "?";

  /** When to look for the head's descendants: by then most workers are gone. */
  private static final long FIRST_DESCENT_NANOS = 5_000_000;

  /** When to signal again after a signal that could not be sent: at first and later on. */
  private static final long FIRST_RETRY_NANOS = 1_000_000;

  private static final long LAST_RETRY_NANOS = 50_000_000;

  /** When to signal again what does not die of signals that were sent: at first and later on. */
  private static final long FIRST_REPEAT_NANOS = 1_000_000_000;

  private static final long LAST_REPEAT_NANOS = 10_000_000_000L;

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
  private long nextSignalNanos;
  private long retryNanos = FIRST_RETRY_NANOS;
  private long repeatNanos = FIRST_REPEAT_NANOS;

  /** The reason why the last signal could not be sent; null if it was sent. */
  private @Nullable String signalFailure;

  /** The reason why the last look can't tell whether there is a process; null if it can. */
  private @Nullable String lookFailure;

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

  /** Kills everything that is known of the tree, and notes when that is to be done again. */
  void kill() {
    String failure = null;
    for (Enclosure enclosure : enclosures) {
      String why = enclosure.kill();
      failure = why == null ? failure : why;
    }
    if (worker.launched().namespace() == null) {
      if (!headExited) {
        // If the process is already gone, it died inside its cgroup: the cgroup kill is the only
        // signal sent so far.
        noteWhere(worker.own());
        String why = killHead();
        if (why != null) {
          failure = "its process " + worker.head().pid() + " can't be signalled: " + why;
        }
      }
      signalGroup(Kernel.SIGKILL);
    }
    noteSignal(failure, System.nanoTime());
  }

  /** Returns why the head can't be signalled; null if it was. */
  private @Nullable String killHead() {
    return worker.pidfd() >= 0 && Kernel.sendSignal(worker.pidfd(), Kernel.SIGKILL) == 0
        ? null
        : Signals.whyNotSent(worker.head(), Kernel.SIGKILL);
  }

  /**
   * Signals the worker's own process group. Uses the pidfd where the kernel can (Linux 6.9), also
   * when the group's leader is gone. Otherwise uses the number as long as the leader exists, so
   * that the number is certainly its own.
   */
  boolean signalGroup(int signal) {
    boolean ledByHead = worker.own().equals(worker.head());
    if (ledByHead && worker.pidfd() >= 0 && Kernel.sendGroupSignal(worker.pidfd(), signal) == 0) {
      return true;
    }
    try {
      return !headExited
          && Stat.isAlive(worker.own())
          && Kernel.kill(-worker.own().pid(), signal) == 0;
    } catch (UnreadableException e) {
      return false;
    }
  }

  /**
   * Notes that all processes that are known were signalled, or why that failed. Either way it is
   * done again later, less and less often.
   */
  private void noteSignal(@Nullable String failure, long now) {
    signalFailure = failure;
    if (failure == null) {
      nextSignalNanos = now + repeatNanos;
      repeatNanos = Math.min(2 * repeatNanos, LAST_REPEAT_NANOS);
    } else {
      nextSignalNanos = now + retryNanos;
      retryNanos = Math.min(2 * retryNanos, LAST_RETRY_NANOS);
    }
  }

  /** Returns the time until the tree is to be signalled again. */
  long nanosToNextSignal(long now) {
    return nextSignalNanos - now;
  }

  /** Prepares for a new look. */
  void beginLook() {
    alive.clear();
    foundAny = false;
    lookFailure = null;
  }

  /** Notes that the look could not see everything, so that it proves nothing about this tree. */
  void lookFailed(UnreadableException e) {
    lookFailure = e.getMessage();
  }

  /** Whether the last look could not see everything. */
  boolean hasLookFailed() {
    return lookFailure != null;
  }

  /**
   * Returns why nobody can tell whether the tree is empty; null if every look and signal worked.
   */
  @Nullable String doubt() {
    if (lookFailure != null) {
      return "a look at its processes failed: " + lookFailure;
    }
    return signalFailure == null ? null : "a signal could not be sent: " + signalFailure;
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
      try {
        leftCgroup = !cgroup.holds(process.pid());
      } catch (UnreadableException e) {
        // Nobody can tell, so the cgroup proves nothing.
        leftCgroup = true;
      }
    }
  }

  /**
   * Notes a living process that fell to the controller and may belong to this tree, whatever it
   * says of itself. It can't if it is older than the worker: the start time of a process is the
   * kernel's word.
   */
  void noteStranger(ProcessId process) {
    if (process.startTicks() >= worker.head().startTicks()) {
      noteWhere(process);
    }
  }

  /**
   * Whether a process, dead or alive, is inside the tree's cgroup; false without one.
   *
   * @throws UnreadableException if nobody can tell
   */
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

  /** Notes that the tree was reported as unconfirmed, which is done once. */
  void noteReportedUnconfirmed() {
    reportedUnconfirmed = true;
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
      try {
        Stat stat = Stat.of(pid);
        if (stat != null) {
          survivors.add(new Survivor(pid, String.valueOf(stat.state()), stat.command()));
        }
      } catch (UnreadableException e) {
        survivors.add(new Survivor(pid, UNKNOWN, UNKNOWN));
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
