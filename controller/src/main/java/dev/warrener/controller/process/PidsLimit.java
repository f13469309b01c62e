package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcFile;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The limit on the processes and threads of a worker, including all that it starts, and what
 * enforces the limit: the strongest means that works with the containment in force.
 *
 * @param by what enforces it
 * @param number the number that is set there
 */
record PidsLimit(By by, long number) {
  static final PidsLimit NONE = new PidsLimit(By.NOBODY, 0);

  /** The processes that count but are not the worker's: {@code unshare} and process 1. */
  private static final int OF_THE_NAMESPACE = 2;

  private static final int SYS_ADMIN = 21;
  private static final int SYS_RESOURCE = 24;

  enum By {
    /** The worker's own cgroup: exact, whoever the worker runs as. */
    CGROUP,
    /** {@code RLIMIT_NPROC} in the worker's own user namespace, which counts on its own: exact. */
    USER_NAMESPACE,
    /**
     * {@code RLIMIT_NPROC}, which counts everything that the user runs on the host: the limit has
     * room for all workers.
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
      return new PidsLimit(By.CGROUP, each);
    }
    if (inUserNamespace) {
      return new PidsLimit(By.USER_NAMESPACE, each + OF_THE_NAMESPACE);
    }
    if (user == null || user.isExempt()) {
      return NONE;
    }
    return new PidsLimit(By.USER, user.threads() + (long) each * workers);
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
      case USER -> number + " for all that this user runs, by RLIMIT_NPROC";
      case NOBODY -> "no limit";
    };
  }

  /**
   * The user that the controller runs as.
   *
   * @param isExempt whether the kernel lets the user have any number of processes
   * @param threads the number of threads that the user has on this host now, as far as it can be
   *     seen from here
   */
  record User(boolean isExempt, long threads) {

    /** Returns the user of this process, or null if that can't be found out. */
    static @Nullable User current() {
      String status = text("/proc/self/status");
      String uidMap = text("/proc/self/uid_map");
      if (status == null || uidMap == null) {
        return null;
      }
      String uid = firstWord(status, "Uid:");
      long threads = 0;
      for (long pid : ProcFile.allPids()) {
        String other = text("/proc/" + pid + "/status");
        if (other != null && firstWord(other, "Uid:").equals(uid)) {
          threads += number(firstWord(other, "Threads:"), 10);
        }
      }
      return new User(isExempt(status, uidMap), threads);
    }

    /**
     * Whether a process with that {@code status} and {@code uid_map} may have any number: root of
     * the host's own user namespace, or one with a certain capability there.
     */
    static boolean isExempt(String status, String uidMap) {
      boolean isHostNamespace = uidMap.strip().matches("0\\s+0\\s+4294967295");
      long capabilities = number(firstWord(status, "CapEff:"), 16);
      boolean mayExceed = (capabilities & (1L << SYS_ADMIN | 1L << SYS_RESOURCE)) != 0;
      return isHostNamespace && (firstWord(status, "Uid:").equals("0") || mayExceed);
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
