package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.UnreadableException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The limit on the processes and threads of a worker, including all that it starts, and what
 * enforces the limit: the strongest means that works with the containment in force.
 *
 * @param by what enforces it
 * @param number the number that is set there
 * @param room the part of {@code number} that is for workers; the rest covers the user's other
 *     processes; 0 where each worker is counted on its own
 */
record PidsLimit(By by, long number, long room) {
  static final PidsLimit NONE = new PidsLimit(By.NOBODY, 0, 0);

  /** The processes that count but are not the worker's: {@code unshare} and process 1. */
  private static final int OF_THE_NAMESPACE = 2;

  /** The inode of the first PID namespace is the same on every host. */
  static final long PID_NAMESPACE_OF_THE_HOST = 0xEFFF_FFFCL;

  private static final int SYS_ADMIN = 21;
  private static final int SYS_RESOURCE = 24;

  enum By {
    /** The worker's own cgroup: exact, whoever the worker runs as. */
    CGROUP,
    /** {@code RLIMIT_NPROC} in the worker's own user namespace, which counts on its own: exact. */
    USER_NAMESPACE,
    /**
     * {@code RLIMIT_NPROC}, which counts everything that the user runs on the host: the limit has
     * room for all workers, and for what else the user runs when a worker is started.
     */
    USER,
    /** Nothing enforces a limit, or none was asked for. */
    NOBODY
  }

  /**
   * Returns the limit for workers in a containment.
   *
   * @param each the limit for each worker; 0 for none
   * @param workers the number of workers
   */
  static PidsLimit choose(
      int each, int workers, boolean cgroupCounts, boolean inUserNamespace, @Nullable User user) {
    if (each == 0) {
      return NONE;
    }
    if (cgroupCounts) {
      return new PidsLimit(By.CGROUP, each, 0);
    }
    if (inUserNamespace) {
      return new PidsLimit(By.USER_NAMESPACE, each + OF_THE_NAMESPACE, 0);
    }
    if (user == null || user.isExempt() || !user.seesAll()) {
      return NONE;
    }
    return new PidsLimit(By.USER, 0, (long) each * workers).counted(user);
  }

  /**
   * Returns the limit for a worker that is started now, with the user's other processes counted
   * anew.
   */
  PidsLimit counted(@Nullable User user) {
    return by == By.USER && user != null ? new PidsLimit(by, user.threads() + room, room) : this;
  }

  /** Returns the reason why there is no limit although one was asked for. */
  static String whyNone(@Nullable User user) {
    String nothing = "nothing here limits how many processes a worker can start, ";
    if (user == null) {
      return nothing + "because /proc can't be read";
    }
    return nothing
        + (user.isExempt()
            ? "since it runs as root and no cgroup counts them: run the controller as another user,"
                + " or limit its service (TasksMax of systemd, pids_limit of a container)"
            : "since the kernel counts all that its user runs on the host, and this PID namespace"
                + " does not show that: limit the container (pids_limit, podPidsLimit)");
  }

  /** The value for {@code pids.max}; empty for none. */
  String forCgroup() {
    return by == By.CGROUP ? Long.toString(number) : "";
  }

  /** The limit that the wrapper sets before anything else; empty for none. */
  String forWrapper() {
    return by == By.USER ? Long.toString(number) : "";
  }

  /** The limit that process 1 of the namespace sets for what it starts; empty for none. */
  String insideNamespace() {
    return by == By.USER_NAMESPACE ? Long.toString(number) : "";
  }

  /** Returns the limit in words, for reports. */
  String text() {
    return switch (by) {
      case CGROUP -> number + " for each worker, by its cgroup";
      case USER_NAMESPACE -> number + " for each worker, by its user namespace";
      case USER ->
          room + " for all workers, beside what their user runs elsewhere, by RLIMIT_NPROC";
      case NOBODY -> "no limit";
    };
  }

  /**
   * The user that the controller runs as.
   *
   * @param isExempt whether the kernel lets the user have any number of processes
   * @param seesAll whether everything can be seen here that the kernel counts for the user
   * @param threads the number of threads that the user has now, without those of a run's workers,
   *     as far as it can be seen from here
   */
  record User(boolean isExempt, boolean seesAll, long threads) {

    /** Returns the user of this process, or null if that can't be found out. */
    static @Nullable User current(ControllerRun run) {
      try {
        String status = text("/proc/self/status");
        String uidMap = text("/proc/self/uid_map");
        if (status == null || uidMap == null) {
          return null;
        }
        String uid = firstWord(status, "Uid:");
        long threads = 0;
        for (long pid : ProcFile.allPids()) {
          threads += threads(pid, uid, run);
        }
        return new User(isExempt(status, uidMap), seesAll(uidMap, run.pidNamespace()), threads);
      } catch (UnreadableException e) {
        return null;
      }
    }

    /** Returns a process's threads; 0 if it belongs to another user or to a worker of this run. */
    private static long threads(long pid, String uid, ControllerRun run) {
      try {
        String status = text("/proc/" + pid + "/status");
        return status != null
                && firstWord(status, "Uid:").equals(uid)
                && Mark.runNumber(Mark.read(pid)) != run.number()
            ? number(firstWord(status, "Threads:"), 10)
            : 0;
      } catch (UnreadableException e) {
        if (e.isRefused()) {
          return 0; // Another user's.
        }
        throw e;
      }
    }

    /**
     * Whether everything can be seen that the kernel counts. It counts a user of the initial user
     * namespace over the whole host, and any other user within its own user namespace.
     */
    static boolean seesAll(String uidMap, long pidNamespace) {
      return pidNamespace == PID_NAMESPACE_OF_THE_HOST || !isHostNamespace(uidMap);
    }

    private static boolean isHostNamespace(String uidMap) {
      return uidMap.strip().matches("0\\s+0\\s+4294967295");
    }

    /**
     * Whether a process with that {@code status} and {@code uid_map} may have any number: root of
     * the host's own user namespace, or one with a certain capability there.
     */
    static boolean isExempt(String status, String uidMap) {
      long capabilities = number(firstWord(status, "CapEff:"), 16);
      boolean mayExceed = (capabilities & (1L << SYS_ADMIN | 1L << SYS_RESOURCE)) != 0;
      return isHostNamespace(uidMap) && (firstWord(status, "Uid:").equals("0") || mayExceed);
    }

    private static @Nullable String text(String file) {
      byte[] bytes = ProcFile.read(file);
      return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String firstWord(String status, String name) {
      return status
          .lines()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).strip().split("\\s+", 2)[0])
          .findFirst()
          .orElse("");
    }

    private static long number(String text, int radix) {
      try {
        return Long.parseLong(text, radix);
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }
}
