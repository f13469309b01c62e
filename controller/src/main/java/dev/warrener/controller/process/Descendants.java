package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * <p><b>Nothing gets out of sight.</b> The controller is a child subreaper: whatever a worker
 * starts stays below the controller, and when its parent dies it becomes the child of the
 * controller. So all that can be left of a worker whose own process has ended is among the children
 * of the controller, or below one of them. Killing the children makes theirs fall to the controller
 * in turn, until none is left.
 *
 * <p><b>Whose is it?</b> The children of the controller are (1) the heads: processes that the layer
 * started; (2) what fell to it from workers, living and dying; (3) whatever else this JVM has
 * started. A kill must take all of its own worker's and none of another's; and the exit status of
 * (1) and (3) is for others to take. How each is told, in this order:
 *
 * <ol>
 *   <li>A head is known by its process id for as long as nobody has taken its exit status, so long
 *       the number can't mean another.
 *   <li>By its {@link Mark}, which the kernel hands from parent to child. It names the worker
 *       exactly, also of a daemon with a session, an environment and a user of its own, and also if
 *       it fell to the controller long ago, while its worker lived and still lives. A mark that no
 *       worker has any more is that of a dead one: what bears it has escaped a look (a chain that
 *       forks without end can) and is killed late, and loudly.
 *   <li>A child without a mark of this run is left alone: (3), or a worker's that has changed its
 *       mark, which no certificate then takes for proven dead.
 * </ol>
 *
 * <p>Where marks can't be had (a shell that can't set the limit; the probe finds out) it goes on,
 * with what is weaker:
 *
 * <ol start="3">
 *   <li>By the cookie in its environment, if that can be read.
 *   <li>By its session, if a head leads it.
 *   <li>What has the controller's own session was started by this JVM: a worker's descendant can't
 *       have it, since each worker leads a session of its own and no process can enter another. The
 *       same for what was there before any worker.
 *   <li>The rest has been cut off from its worker in every way. It is killed when every worker
 *       there is is dying, and never before, since it could be a living one's.
 * </ol>
 *
 * <p>Signals go through a pidfd after a comparison of start times. With what has fallen to the
 * controller from a dying worker its whole process group is killed, in one act of the kernel that
 * no fork gets past: so dies a chain that forks without end, if its links stay in one group. The
 * number of that group is taken by none but its members as long as one of them, dead or alive, is a
 * child whose exit status this thread has not taken yet; and they are all of the same worker, since
 * a group is within one session, a session is entered by being born in it only, and the
 * controller's own is left out.
 *
 * <p>While much of a tree is alive, the dead keep their numbers: where the number of processes is
 * limited, what forks faster than it can be killed then runs out of them. A tree counts as empty
 * after a look that found nothing of it alive and another, begun after the first had ended, that
 * found nothing at all: the kernel's list of children may lack one if another is reaped while it is
 * read, and what was dead may have had children that fell to the controller after that.
 */
final class Descendants {
  private static final Logger LOG = LoggerFactory.getLogger(Descendants.class);
  private static final long UNCLAIMED_NANOS = 1_000_000_000;

  /** So many of one tree alive in one look: it may be forking faster than it is killed. */
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

  /** Dead children of the controller that were met in this look, with the dying tree of each. */
  private final Map<Stat, ProcessTree> dead = new LinkedHashMap<>();

  /** The process groups that were killed in this look. */
  private final Set<Long> groups = new HashSet<>();

  /**
   * Looks at the controller's family.
   *
   * @param marked whether marks work here
   * @param marksInUse those of workers that are being started, alive or dying; written by others
   * @param spawnerThread the kernel's id of the only thread that starts workers
   */
  Descendants(ControllerRun run, boolean marked, Set<Long> marksInUse, long spawnerThread) {
    this.run = run;
    this.marked = marked;
    this.marksInUse = marksInUse;
    this.spawnerThread = spawnerThread;
    Stat stat = Stat.of(self);
    this.ownSession = stat == null ? 0 : stat.session();
    for (long child : ChildIndex.look().children(self)) {
      Stat found = Stat.of(child);
      if (found != null) {
        foreign.add(found.id());
      }
    }
  }

  /** A child of this process that belongs to no worker. May be called from any thread. */
  void addForeign(ProcessId process) {
    foreign.add(process);
  }

  /** A tree with a living head is to be known from now on. */
  void add(ProcessTree tree) {
    treesByMark.put(tree.worker().mark(), tree);
    treesByHead.put(tree.worker().head().pid(), tree);
  }

  /** The exit status of the tree's head has been taken: its number may be used again. */
  void headExited(ProcessTree tree) {
    treesByHead.remove(tree.worker().head().pid());
  }

  /** The tree is empty. */
  void remove(ProcessTree tree) {
    treesByMark.remove(tree.worker().mark());
  }

  /** Whether that child of the controller is the head of a tree, for whose exit others wait. */
  boolean isHead(long pid) {
    return treesByHead.containsKey(pid);
  }

  /**
   * One look: kills what belongs to the dying trees, takes the exit status of the dead, and notes
   * in each dying tree what was found alive.
   */
  void look(Collection<ProcessTree> dying, long now) {
    ChildIndex kinship = ChildIndex.look();
    dying.forEach(ProcessTree::beginLook);
    for (long pid : kinship.ownChildren(spawnerThread)) {
      if (!isHead(pid)) {
        Stat stat = Stat.of(pid);
        if (stat != null && stat.parent() == self) {
          meet(stat, dying, kinship, now);
        }
      }
    }
    for (ProcessTree tree : dying) {
      if (tree.isDescentDue(now)) {
        tree.descended(now);
        killBelow(tree.worker().head().pid(), tree, kinship);
      }
    }
    dead.forEach(this::takeStatus);
    dead.clear();
    groups.clear();
  }

  private void meet(Stat stat, Collection<ProcessTree> dying, ChildIndex kinship, long now) {
    long mark = Mark.read(stat.id().pid());
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
        return;
      }
    }
    if (!tree.isDying()) {
      if (stat.isDead()) {
        Kernel.reap(stat.id().pid());
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
   * It bears no mark of this run. It can be a worker's that has changed its mark, or a process of
   * somebody else's in this JVM: so it is left alone. But as long as there is one outside of all
   * cgroups, that of a dying tree says nothing by being empty.
   */
  private void meetStranger(Stat stat, Collection<ProcessTree> dying) {
    if (stat.session() == ownSession || foreign.contains(stat.id())) {
      return;
    }
    if (treesByMark.values().stream().noneMatch(tree -> tree.holds(stat.id()))) {
      dying.forEach(ProcessTree::noteStranger);
    }
  }

  /** Once in each look. Without marks it isn't sure enough whose it is. */
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

  /** It bears the mark of a worker for which a certificate has been given. */
  private void meetLate(Stat stat) {
    killGroup(stat);
    if (stat.isDead()) {
      Kernel.reap(stat.id().pid());
      late.remove(stat.id());
      return;
    }
    if (late.add(stat.id())) {
      LOG.warn(
          "process {} ({}) has outlived the tree of its worker, unseen; killing it",
          stat.id().pid(),
          stat.command());
    }
    Signals.send(stat.id(), Kernel.SIGKILL);
  }

  private void killBelow(long root, ProcessTree tree, ChildIndex kinship) {
    Set<Long> met = new HashSet<>();
    var unseen = new ArrayDeque<>(kinship.children(root));
    while (!unseen.isEmpty()) {
      long pid = unseen.remove();
      Stat stat = met.add(pid) ? Stat.of(pid) : null;
      if (stat == null) {
        continue;
      }
      if (!stat.isDead()) {
        Signals.send(stat.id(), Kernel.SIGKILL);
        tree.sawAlive(stat);
      }
      unseen.addAll(kinship.children(pid));
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
    // A dead one may also be a child that the JDK is just about to wait for.
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
