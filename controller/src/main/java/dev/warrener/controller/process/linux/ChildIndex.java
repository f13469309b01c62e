package dev.warrener.controller.process.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A view of which processes are children of which. A view is for one look: get a new one for the
 * next look.
 */
public interface ChildIndex {

  /** Returns the children of a process, including dead ones that nobody has waited for. */
  List<Long> children(long pid);

  /**
   * Returns the children of this process that a thread of it started, and those that fell to it as
   * subreaper; perhaps others too.
   *
   * @param thread the thread's id
   */
  List<Long> ownChildren(long thread);

  /**
   * Returns a fresh view.
   *
   * <p>The kernel lists the children of each thread in a file, if it was built with that (all
   * distributions' kernels are). Then a look costs as much as the family is large, not as the host
   * is busy. Such a list may lack an entry if another child is reaped while it is read, so one look
   * does not prove that a family is empty.
   *
   * @throws UnreadableException (as all methods) if a list can't be read for another reason than
   *     that its process is gone
   */
  static ChildIndex look() {
    return ChildrenFiles.AVAILABLE ? new ChildrenFiles() : new WholeTable();
  }

  /** Reads {@code /proc/PID/task/TID/children}. */
  final class ChildrenFiles implements ChildIndex {
    static final boolean AVAILABLE = ProcFile.readIfPossible("/proc/thread-self/children") != null;
    private static final long SELF = ProcessHandle.current().pid();

    @Override
    public List<Long> children(long pid) {
      var children = new ArrayList<Long>();
      for (long thread : ProcFile.threads(pid)) {
        addChildren(pid, thread, children);
      }
      return children;
    }

    /**
     * Reads two files instead of one for each thread: the kernel gives orphans to the first thread
     * of a process that is not exiting, which is the leader as long as the leader lives.
     */
    @Override
    public List<Long> ownChildren(long thread) {
      byte[] leader = ProcFile.read("/proc/self/task/" + SELF + "/stat");
      Stat stat =
          leader == null ? null : Stat.parse(new String(leader, StandardCharsets.ISO_8859_1));
      if (stat == null || stat.isDead()) {
        // The leader's thread has ended, and the process lives by its other threads.
        return children(SELF);
      }
      var children = new ArrayList<Long>();
      addChildren(SELF, SELF, children);
      if (thread != SELF) {
        addChildren(SELF, thread, children);
      }
      return children;
    }

    private static void addChildren(long pid, long thread, List<Long> children) {
      byte[] bytes = ProcFile.read("/proc/" + pid + "/task/" + thread + "/children");
      if (bytes != null && bytes.length > 0) {
        for (String child : new String(bytes, StandardCharsets.ISO_8859_1).strip().split(" ", -1)) {
          children.add(Long.valueOf(child));
        }
      }
    }
  }

  /** Reads the stat of every process on the host, once. */
  final class WholeTable implements ChildIndex {
    private final Map<Long, List<Long>> childrenByParent = new HashMap<>();

    WholeTable() {
      for (long pid : ProcFile.allPids()) {
        Stat stat = Stat.of(pid);
        if (stat != null) {
          childrenByParent.computeIfAbsent(stat.parent(), parent -> new ArrayList<>()).add(pid);
        }
      }
    }

    @Override
    public List<Long> children(long pid) {
      return childrenByParent.getOrDefault(pid, List.of());
    }

    @Override
    public List<Long> ownChildren(long thread) {
      return children(ProcessHandle.current().pid());
    }
  }
}
