package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the processes of dying workers among the descendants of the controller, kills them, and
 * takes the exit status of those that have become the controller's own children. Owned by the
 * killer's thread.
 *
 * <p><b>No process gets out of sight.</b> The controller is a child subreaper: every process that a
 * worker starts stays below the controller, and becomes the controller's child when its parent
 * dies. So every process that is left of a worker whose own process has ended is a child of the
 * controller, or below one. Killing the children makes their children fall to the controller in
 * turn, until none is left.
 *
 * <p><b>To which worker does a child belong?</b> The children of the controller are (1) the heads,
 * which the process layer started; (2) processes that fell to the controller from workers, living
 * or dying; (3) other processes that this JVM started. A kill must take all processes of its own
 * worker and none of another's, and the exit status of (1) and (3) is for others to take. Children
 * are told apart in this order:
 *
 * <ol>
 *   <li>A head is known by its process id as long as nobody has taken its exit status: until then
 *       the number can't mean another process.
 *   <li>By its {@link Mark}, which the kernel passes from parent to child. It names the worker
 *       exactly, even of a daemon with a session, an environment and a user of its own, and even if
 *       the daemon fell to the controller while its worker lived. A mark that no worker has any
 *       more belongs to a dead worker: its bearer has escaped a look (a chain that forks without
 *       end can), and is killed late, with a line in the log. The mark of a living worker may be a
 *       disguise if the bearer is outside that worker's cgroup: then the bearer is left alone, and
 *       no certificate by cgroup counts as proven for a worker that is older than the bearer.
 *   <li>A child without a mark of this run is left alone. It is of kind (3), or it is a worker's
 *       and has changed its mark; then no certificate by cgroup counts as proven.
 * </ol>
 *
 * <p>Where marks do not work (the shell can't set the limit; the probe finds out), weaker signs are
 * used instead:
 *
 * <ol start="3">
 *   <li>The cookie in its environment, if that can be read.
 *   <li>Its session, if a head leads it.
 *   <li>A process in the controller's own session was started by this JVM. It can't be a worker's
 *       descendant, because each worker leads a session of its own and no process can enter another
 *       session. The same holds for processes that existed before any worker.
 *   <li>The rest is cut off from its worker in every way. It is killed when every worker is dying,
 *       and never before, because it could be a living worker's.
 * </ol>
 *
 * <p>Signals go through a pidfd, after start times were compared. For a process that fell to the
 * controller from a dying worker, its whole process group is killed, in one system call that no
 * fork can outrun. That ends a chain that forks without end, if its links stay in one group. The
 * group's number can't be reused as long as one member, dead or alive, is a child whose exit status
 * this thread has not taken. All members belong to the same worker: a group lies within one
 * session, a process is in a session by birth only, and the controller's own session is left out.
 *
 * <p>While much of a tree is alive, its dead are not reaped and keep their numbers. Where the
 * number of processes is limited, a tree that forks faster than it can be killed then runs out of
 * numbers. A tree counts as empty after two looks, the second begun after the first had ended: the
 * first found no living process, and the second none at all. One look is not enough, because the
 * kernel's list of children may lack an entry if another child is reaped while it is read, and
 * because a dead process may have had children that fell to the controller later.
 */
final class Descendants {
  private static final Logger LOG = LoggerFactory.getLogger(Descendants.class);
  private static final long UNCLAIMED_NANOS = 1_000_000_000;

  /** The number of living processes in one look from which a tree may fork faster than it dies. */
  private static final int MANY = 32;

  private final ControllerRun run;
  private final boolean marked;
  private final Set<Long> marksInUse;
  private final long spawnerThread;
  private final long self = ProcessHandle.current().pid();
  private final long ownSession;
  private final Set<ProcessId> foreign = ConcurrentHashMap.newKeySet();

  private final Map<Long, ProcessTree> treesByMark = new HashMap<>();
  private final Map<Long, ProcessTree> treesByHead = new HashMap<>();
  private final Map<ProcessId, Long> unclaimedSince = new HashMap<>();
  private final Set<ProcessId> late = new HashSet<>();

  /** Dead children of the controller that this look has found, with the dying tree of each. */
  private final Map<Stat, ProcessTree> dead = new LinkedHashMap<>();

  /** The process groups that this look has killed. */
  private final Set<Long> groups = new HashSet<>();

  /**
   * Prepares looks at the controller's children.
   *
   * @param marked whether marks work here
   * @param marksInUse the marks of workers that are being started, alive or dying; written by
   *     others
   * @param spawnerThread the kernel's id of the only thread that starts workers
   */
  Descendants(ControllerRun run, boolean marked, Set<Long> marksInUse, long spawnerThread) {
    this.run = run;
    this.marked = marked;
    this.marksInUse = marksInUse;
    this.spawnerThread = spawnerThread;
    try {
      this.ownSession = Objects.requireNonNull(Stat.of(self)).session();
      for (long child : ChildIndex.look().children(self)) {
        Stat found = Stat.of(child);
        if (found != null) {
          foreign.add(found.id());
        }
      }
    } catch (UnreadableException e) {
      throw new ProcessLayerException(
          "this process can't look at its own children: " + e.getMessage(), e);
    }
  }

  /** Notes a child of this process that belongs to no worker. May be called from any thread. */
  void addForeign(ProcessId process) {
    foreign.add(process);
  }

  /** Adds a tree with a living head. */
  void add(ProcessTree tree) {
    treesByMark.put(tree.worker().mark(), tree);
    treesByHead.put(tree.worker().head().pid(), tree);
  }

  /** Forgets the number of a tree's head, because its exit status was taken. */
  void headExited(ProcessTree tree) {
    treesByHead.remove(tree.worker().head().pid());
  }

  /** Removes a tree that is empty. */
  void remove(ProcessTree tree) {
    treesByMark.remove(tree.worker().mark());
  }

  /** Whether a child of the controller is the head of a tree, whose exit status others take. */
  boolean isHead(long pid) {
    return treesByHead.containsKey(pid);
  }

  /**
   * Takes the exit status of a dead child for which nobody waits, unless a worker's kill is about
   * to: as process 1 of a container this process inherits orphans that were never a worker's.
   */
  void reapUnclaimed(long pid) {
    try {
      long mark = Mark.read(pid);
      Stat stat = Stat.of(pid);
      if (stat == null
          || isHead(pid)
          || treesByMark.containsKey(mark)
          || marksInUse.contains(mark)) {
        return;
      }
      if (Kernel.reap(pid)) {
        LOG.debug("reaped process {} ({}), an orphan of no worker", pid, stat.command());
      }
    } catch (UnreadableException e) {
      if (e.isRefused() && !isHead(pid) && Kernel.reap(pid)) {
        LOG.debug("reaped process {}, an orphan that can't be looked at", pid);
      }
    }
  }

  /**
   * Looks once: kills the processes of dying trees, takes the exit status of dead ones, and notes
   * in each dying tree which processes were found alive. What can't be read may belong to any of
   * the dying trees, so each of them has the failure noted; the rest of the look goes on.
   */
  void look(Collection<ProcessTree> dying, long now) {
    dead.clear();
    groups.clear();
    dying.forEach(ProcessTree::beginLook);
    try {
      ChildIndex kinship = ChildIndex.look();
      for (long pid : kinship.ownChildren(spawnerThread)) {
        if (!isHead(pid)) {
          lookAt(pid, dying, kinship, now);
        }
      }
      for (ProcessTree tree : dying) {
        if (tree.isDescentDue(now)) {
          tree.descended(now);
          killBelow(tree.worker().head().pid(), tree, kinship);
        }
      }
    } catch (UnreadableException e) {
      dying.forEach(tree -> tree.lookFailed(e));
    }
    dead.forEach(this::takeStatus);
  }

  private void lookAt(long pid, Collection<ProcessTree> dying, ChildIndex kinship, long now) {
    try {
      Stat stat = Stat.of(pid);
      if (stat != null && stat.parent() == self) {
        meet(stat, dying, kinship, now);
      }
    } catch (UnreadableException e) {
      // Of a child the kernel says also in another way whether it is dead.
      if (!Kernel.isDeadChild(pid)) {
        dying.forEach(tree -> tree.lookFailed(e));
      }
    }
  }

  private void meet(Stat stat, Collection<ProcessTree> dying, ChildIndex kinship, long now) {
    long mark = Mark.read(stat.id().pid());
    if (mark == Mark.GONE) {
      return;
    }
    ProcessTree tree;
    if (Mark.runNumber(mark) == run.number()) {
      tree = treesByMark.get(mark);
      if (tree == null) {
        if (!marksInUse.contains(mark)) {
          meetLate(stat);
        }
        return;
      }
    } else if (marked) {
      meetStranger(stat, dying);
      return;
    } else {
      tree = guessTree(stat, now);
      if (tree == null) {
        meetStranger(stat, dying);
        return;
      }
    }
    if (!tree.isDying()) {
      if (stat.isDead()) {
        Kernel.reap(stat.id().pid());
      } else if (!tree.holds(stat.id())) {
        // Its mark may be a disguise: a process can take a lower mark than its own.
        dying.forEach(other -> other.noteStranger(stat.id()));
      }
      return;
    }
    tree.noteWhere(stat.id());
    killGroup(stat);
    if (stat.isDead()) {
      dead.put(stat, tree);
    } else {
      Signals.send(stat.id(), Kernel.SIGKILL);
      tree.sawAlive(stat);
      killBelow(stat.id().pid(), tree, kinship);
    }
  }

  /**
   * Leaves alone a child without a mark of this run: it may be a worker's that has changed its
   * mark, or another process of this JVM. As long as there is one outside the cgroups of the dying,
   * their empty cgroups prove nothing. Inside a living worker's cgroup it may be a guest. A dead
   * one is in nobody's way: what it may have left behind is a child of the controller by now, and
   * the next look meets it.
   */
  private void meetStranger(Stat stat, Collection<ProcessTree> dying) {
    if (stat.isDead() || stat.session() == ownSession || foreign.contains(stat.id())) {
      return;
    }
    if (dying.stream().noneMatch(tree -> tree.holds(stat.id()))) {
      dying.forEach(tree -> tree.noteStranger(stat.id()));
    }
  }

  /** Kills the group of a process, once in each look; not without marks, which say whose it is. */
  private void killGroup(Stat member) {
    if (marked && member.session() != ownSession && groups.add(member.group())) {
      Kernel.kill(-member.group(), Kernel.SIGKILL);
    }
  }

  private void takeStatus(Stat stat, ProcessTree tree) {
    if (tree.countAlive() >= MANY || Kernel.reap(stat.id().pid())) {
      tree.sawDead(stat.id());
    } else {
      tree.sawAlive(stat);
    }
  }

  /** Kills a process that bears the mark of a worker whose certificate was given already. */
  private void meetLate(Stat stat) {
    killGroup(stat);
    if (stat.isDead()) {
      Kernel.reap(stat.id().pid());
      late.remove(stat.id());
      return;
    }
    if (late.add(stat.id())) {
      LOG.warn(
          "process {} ({}) belongs to a worker that was certified dead; the process is killed",
          stat.id().pid(),
          stat.command());
    }
    Signals.send(stat.id(), Kernel.SIGKILL);
  }

  private void killBelow(long root, ProcessTree tree, ChildIndex kinship) {
    Set<Long> met = new HashSet<>();
    var unseen = new ArrayDeque<Long>();
    try {
      unseen.addAll(kinship.children(root));
    } catch (UnreadableException e) {
      tree.lookFailed(e);
    }
    while (!unseen.isEmpty()) {
      long pid = unseen.remove();
      try {
        Stat stat = met.add(pid) ? Stat.of(pid) : null;
        if (stat == null) {
          continue;
        }
        if (!stat.isDead()) {
          Signals.send(stat.id(), Kernel.SIGKILL);
          tree.sawAlive(stat);
        }
        unseen.addAll(kinship.children(pid));
      } catch (UnreadableException e) {
        tree.lookFailed(e);
      }
    }
  }

  private @Nullable ProcessTree guessTree(Stat stat, long now) {
    if (stat.session() == ownSession || foreign.contains(stat.id())) {
      return null;
    }
    Cookie cookie = Cookie.read(stat.id().pid());
    if (cookie != null) {
      return cookie.run().equals(run) ? treeOf(cookie.worker()) : null;
    }
    ProcessTree bySession = treesByHead.get(stat.session());
    if (bySession != null) {
      return bySession;
    }
    List<ProcessTree> trees = List.copyOf(treesByMark.values());
    if (trees.isEmpty() || !trees.stream().allMatch(ProcessTree::isDying)) {
      return null;
    }
    // A dead child may also be one that the JDK is about to reap.
    if (stat.isDead()) {
      unclaimedSince.keySet().removeIf(known -> Stat.of(known.pid()) == null);
      long since = unclaimedSince.computeIfAbsent(stat.id(), id -> now);
      if (now - since < UNCLAIMED_NANOS) {
        return null;
      }
    }
    return trees.getFirst();
  }

  private @Nullable ProcessTree treeOf(WorkerKey worker) {
    for (ProcessTree tree : treesByMark.values()) {
      if (tree.worker().key().equals(worker)) {
        return tree;
      }
    }
    return null;
  }
}
