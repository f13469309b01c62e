package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a process on this host comes from a worker: a task must not give orders, although
 * it runs as the user who may.
 *
 * <p>Five signs give it away; each alone suffices:
 *
 * <ol>
 *   <li>It is in a pid namespace below the controller's.
 *   <li>It bears a {@link Mark}, or its hard limit on file locks is lower than the controller's
 *       was.
 *   <li>It carries a {@link Cookie}.
 *   <li>It is in a worker's cgroup.
 *   <li>It descends from the controller, or a process among its ancestors shows one of the signs
 *       above. The controller is a subreaper, so whatever its workers start stays below it.
 * </ol>
 *
 * <p>A task of another controller on this host shows the second and third sign, and the first or
 * fourth where its controller uses a PID namespace or cgroups. Without privileges it can clear its
 * environment and perhaps leave its cgroup, but neither raise its hard limit nor leave its pid
 * namespace. It can lower the controller's limits ({@code prlimit}), so the controller compares
 * with those that it had at its start.
 */
public final class Provenance {
  private static final Pattern WORKERS_CGROUP =
      Pattern.compile("/warrener-[^/@]+(@\\d+){4}/worker-");
  private static final String NUMBERS = "NSpid:";
  private static final String UNSEEN = "it can't be looked at in /proc";

  /** The number of times that a chain of parents is read again if it changes while it is read. */
  private static final int MOST_LOOKS = 50;

  /** The controller's own signs, as they were before any task ran. */
  private static final class Own {
    static final @Nullable Signs SIGNS = Signs.of(ProcessHandle.current().pid());

    private Own() {}
  }

  private Provenance() {}

  /**
   * Notes what the controller's own process looks like. To be called before the first worker is
   * started: later a task of the same user can lower the controller's limits to its own.
   */
  public static void noteOwnSigns() {
    if (Own.SIGNS == null) {
      throw new ProcessLayerException("this process can't look at itself in /proc");
    }
  }

  /**
   * Returns why a process counts as a task's; null if it is none. A process that can't be looked at
   * counts as a task's. Whoever calls this has to see to it that the number means the same process
   * during the whole call.
   */
  public static @Nullable String suspicion(long pid) {
    long self = ProcessHandle.current().pid();
    try {
      return pid == self ? null : suspicion(pid, self);
    } catch (UnreadableException e) {
      return UNSEEN;
    }
  }

  private static @Nullable String suspicion(long pid, long self) {
    var chain = ancestry(pid);
    if (chain == null) {
      return "its parents change too fast to be seen";
    }
    if (chain.isEmpty() || Stat.of(self) == null) {
      return UNSEEN;
    }
    for (ProcessId each : chain) {
      if (each.pid() == self) {
        return "it descends from this controller";
      }
      String sign = sign(each.pid());
      if (sign != null) {
        return each.pid() == pid
            ? sign
            : "one of its ancestors is process " + each.pid() + ", and " + sign;
      }
    }
    return null;
  }

  private static @Nullable String sign(long pid) {
    var signs = Signs.of(pid);
    var own = Own.SIGNS;
    if (signs == null || own == null) {
      return UNSEEN;
    }
    if (signs.depth() > own.depth()) {
      return "it is in a PID namespace of its own, as the processes of workers are";
    }
    if (Mark.runNumber(signs.mark()) > 0 && signs.mark() != own.mark()) {
      return "it bears the mark of a worker";
    }
    if (signs.hardLimit() < own.hardLimit()) {
      return "its limit on file locks is lower than the controller's, as that of workers is";
    }
    if (Cookie.read(pid) != null) {
      return "its environment names the worker that started it";
    }
    return signs.isInWorkersCgroup() ? "it is in the cgroup of a worker" : null;
  }

  /** The facts that everyone may read about a process. */
  private record Signs(int depth, long mark, long hardLimit, boolean isInWorkersCgroup) {
    /** Returns null if the process is gone. */
    static @Nullable Signs of(long pid) {
      byte[] status = ProcFile.read(pid, "status");
      byte[] limits = ProcFile.read(pid, "limits");
      byte[] cgroup = ProcFile.read(pid, "cgroup");
      return status == null || limits == null || cgroup == null
          ? null
          : new Signs(
              Provenance.depth(new String(status, StandardCharsets.UTF_8)),
              Mark.parse(limits),
              Mark.parseHard(limits),
              Provenance.isInWorkersCgroup(new String(cgroup, StandardCharsets.UTF_8)));
    }
  }

  /** Returns in how many pid namespaces a process has a number, by its file {@code status}. */
  static int depth(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith(NUMBERS))
        .map(line -> line.substring(NUMBERS.length()).strip().split("\\s+").length)
        .findFirst()
        .orElse(0);
  }

  /** Whether a process is in a worker's cgroup, by its file {@code cgroup}. */
  static boolean isInWorkersCgroup(String memberships) {
    return memberships
        .lines()
        .anyMatch(line -> line.startsWith("0::") && WORKERS_CGROUP.matcher(line).find());
  }

  /**
   * Returns a process and its ancestors, as far as they can be seen; null if they differ at each
   * look. Two looks in a row must agree: a parent may end in between, and its number be reused.
   */
  private static @Nullable List<ProcessId> ancestry(long pid) {
    List<ProcessId> before = walk(pid);
    for (int look = 0; look < MOST_LOOKS; look++) {
      List<ProcessId> now = walk(pid);
      if (now.equals(before)) {
        return now;
      }
      before = now;
    }
    return null;
  }

  /** Returns the stat of a process; null if it is gone, or hidden as another user's (hidepid). */
  private static @Nullable Stat seen(long pid) {
    try {
      return Stat.of(pid);
    } catch (UnreadableException e) {
      if (e.isRefused()) {
        return null;
      }
      throw e;
    }
  }

  private static List<ProcessId> walk(long pid) {
    var chain = new ArrayList<ProcessId>();
    long next = pid;
    // A chain that is longer than any that a host can have has been read while numbers were reused.
    while (next > 0 && chain.size() < 1 << 16) {
      Stat stat = seen(next);
      if (stat == null) {
        break;
      }
      chain.add(stat.id());
      next = stat.parent();
    }
    return chain;
  }
}
