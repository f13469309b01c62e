package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pid namespace of one worker. Three processes belong to it: {@code unshare}, which the
 * controller started; its child, a shell, which is process 1 inside; and the shell's first child,
 * the worker.
 *
 * <p>The shell is there because the kernel treats process 1 in a special way. Process 1 gets no
 * signal for which it has no handler, so a worker in that place could not be asked to end by
 * SIGTERM and could not even kill itself. And every orphan inside becomes its child, which a worker
 * does not expect and would not wait for.
 *
 * <p>The kernel lets process 1 die only when every other process inside is gone: its death is the
 * proof. Killing {@code unshare} would kill the others as well, by the parent-death signal, but
 * then nobody would have seen that death. So {@code unshare} is left to end by itself, which it
 * does at once.
 */
final class NamespaceEnclosure implements Enclosure {
  private final ProcessId unshare;
  private volatile @Nullable ProcessId first;

  /** Makes the enclosure of the namespace that a process {@code unshare} has made. */
  NamespaceEnclosure(ProcessId unshare) {
    this.unshare = unshare;
  }

  @Override
  public @Nullable String kill() {
    try {
      ProcessId head = findFirst();
      // Without a process 1 nothing is inside yet, and nothing must get inside.
      String why = Signals.whyNotSent(head == null ? unshare : head, Kernel.SIGKILL);
      return why == null ? null : "process 1 of the pid namespace can't be signalled: " + why;
    } catch (UnreadableException e) {
      return "process 1 of the pid namespace can't be found: " + e.getMessage();
    }
  }

  @Override
  public boolean isEmpty() {
    ProcessId head = first;
    return head == null || !Stat.isAlive(head);
  }

  @Override
  public boolean isProven() {
    return first != null;
  }

  @Override
  public List<Long> members() {
    ProcessId head = first;
    var members = new ArrayList<Long>();
    try {
      if (head == null || !Stat.isAlive(head)) {
        return List.of();
      }
      var unseen = new ArrayDeque<Long>(List.of(head.pid()));
      ChildIndex kinship = ChildIndex.look();
      while (!unseen.isEmpty()) {
        long pid = unseen.remove();
        members.add(pid);
        unseen.addAll(kinship.children(pid));
      }
    } catch (UnreadableException e) {
      // Those that were found so far can be named.
      return members;
    }
    return members;
  }

  /** Whether a process is process 1 inside: part of the enclosure, not of the worker's tree. */
  boolean isFirst(ProcessId process) {
    return process.equals(first);
  }

  /**
   * Returns the worker's own process, or null if it does not exist yet.
   *
   * @throws UnreadableException if nobody can tell
   */
  @Nullable ProcessId findWorker() {
    ProcessId head = findFirst();
    return head == null ? null : onlyChild(head);
  }

  private @Nullable ProcessId findFirst() {
    ProcessId head = first;
    if (head == null) {
      head = onlyChild(unshare);
      first = head;
    }
    return head;
  }

  private static @Nullable ProcessId onlyChild(ProcessId parent) {
    for (long pid : ChildIndex.look().children(parent.pid())) {
      Stat stat = Stat.of(pid);
      if (stat != null && stat.parent() == parent.pid()) {
        return stat.id();
      }
    }
    return null;
  }
}
