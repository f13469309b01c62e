package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The way in which worker processes are started and contained on this host, as the probe found it.
 * Every worker starts in a session of its own, carries a mark, and has the controller as its
 * subreaper. The two enclosures, cgroup and pid namespace, come on top of that.
 *
 * @param programs the programs that run before the worker's own
 * @param cgroups the parent of the workers' cgroups, or null if they have none
 * @param unshare the options of {@code unshare} that give each worker a pid namespace, or null if
 *     it has none
 * @param pids how many processes and threads a worker may have
 */
record Containment(
    Programs programs,
    @Nullable CgroupParent cgroups,
    @Nullable List<String> unshare,
    PidsLimit pids) {

  /**
   * Prepares everything and then becomes the worker, all before the worker's first instruction.
   * Puts the channel on descriptors 3 (out) and 4 (in) and the worker's own output on the log; sets
   * the mark as soft and as hard limit ({@code ulimit -w} in dash and busybox, {@code -x} in bash
   * and ksh); limits the number of the user's processes ({@code ulimit -u} in bash, {@code -p} in
   * dash and busybox); enters the cgroup.
   */
  private static final String WRAPPER =
      """
      exec 3>&1 1>&2 4<&0 0</dev/null
      { { ulimit -S -w "$1" && ulimit -H -w "$1"; } ||
        { ulimit -S -x "$1" && ulimit -H -x "$1"; } || :; } 2>/dev/null
      if [ -n "$2" ]; then { ulimit -u "$2" || ulimit -p "$2" || :; } 2>/dev/null; fi
      if [ -n "$3" ]; then echo 0 > "$3" || exit 125; fi
      shift 3
      exec "$@"
      """;

  /**
   * The script that process 1 of a pid namespace runs. It limits the processes in its user
   * namespace, runs the worker, and waits for every process that becomes its child.
   */
  private static final String FIRST_PROCESS =
      """
      if [ -n "$1" ]; then { ulimit -u "$1" || ulimit -p "$1" || :; } 2>/dev/null; fi
      shift
      "$@" &
      wait "$!"
      """;

  private static final int TRIES_TO_IDENTIFY = 100;
  private static final long PAUSE_TO_IDENTIFY_NANOS = 5_000_000;

  /** Returns a copy with another limit on processes. */
  Containment with(PidsLimit limit) {
    return new Containment(programs, cgroups, unshare, limit);
  }

  /** Returns the name of the tier. */
  String tier() {
    if (cgroups != null) {
      return (unshare != null
              ? ContainmentChoice.CGROUP_AND_PID_NAMESPACE
              : ContainmentChoice.CGROUP)
          .text();
    }
    return (unshare != null ? ContainmentChoice.PID_NAMESPACE : ContainmentChoice.SUBREAPER).text();
  }

  /** Whether the kernel proves that a process tree is empty. */
  boolean isProven() {
    return cgroups != null || unshare != null;
  }

  /**
   * Starts a worker. Must be called by the spawner's thread, because the parent-death signal is
   * sent when the <em>thread</em> that started the process ends.
   *
   * @param streams sets the worker's standard streams; without that they are the JDK's pipes
   */
  Launched launch(
      WorkerKey worker,
      long mark,
      List<String> command,
      Map<String, String> environment,
      Consumer<ProcessBuilder> streams)
      throws IOException {
    CgroupEnclosure cgroup = cgroups == null ? null : cgroups.fenceFor(worker, pids.forCgroup());
    Process process;
    try {
      var builder = new ProcessBuilder(line(mark, cgroup, command));
      builder.environment().clear();
      builder.environment().putAll(environment);
      streams.accept(builder);
      process = builder.start();
    } catch (IOException | RuntimeException e) {
      if (cgroup != null) {
        cgroup.isEmpty(); // Removes it.
      }
      throw e;
    }
    ProcessId head = identify(process.pid(), Stat::of);
    return new Launched(
        process, head, cgroup, unshare == null ? null : new NamespaceEnclosure(head));
  }

  /** Returns the cgroup that a worker has if it was started; null where workers have none. */
  @Nullable CgroupEnclosure enclosureOf(WorkerKey worker) {
    return cgroups == null ? null : cgroups.fenceOf(worker);
  }

  /**
   * Returns the identity of a process that was just started.
   *
   * @param look returns the stat of the process with a number, as {@link Stat#of} does
   * @throws UnreadableException if it can't be read again and again: then nobody could ever signal
   *     it safely, and it must not live
   */
  static ProcessId identify(long pid, LongFunction<@Nullable Stat> look) {
    for (int tries = 1; ; tries++) {
      try {
        Stat stat = look.apply(pid);
        // Without a stat the process is dead already and the JDK has reaped it. Its start time is
        // then unknown and not needed: whatever has the number now is another process.
        return stat == null ? new ProcessId(pid, 0) : stat.id();
      } catch (UnreadableException e) {
        if (tries == TRIES_TO_IDENTIFY) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_TO_IDENTIFY_NANOS);
      }
    }
  }

  private List<String> line(long mark, @Nullable CgroupEnclosure cgroup, List<String> command) {
    var line = new ArrayList<String>();
    line.addAll(
        List.of(
            programs.shell(),
            "-c",
            WRAPPER,
            "warrener",
            Long.toString(mark),
            pids.forWrapper(),
            cgroup == null ? "" : cgroup.entrance()));
    if (programs.setpriv() != null) {
      line.addAll(List.of(programs.setpriv(), "--pdeathsig", "KILL"));
    }
    if (unshare != null && programs.unshare() != null) {
      line.add(programs.unshare());
      line.addAll(unshare);
      line.addAll(
          List.of(programs.shell(), "-c", FIRST_PROCESS, "warrener", pids.insideNamespace()));
    }
    line.add(programs.setsid());
    line.addAll(command);
    return line;
  }

  /**
   * A worker process that was started.
   *
   * @param process the JDK's view of the head of the process tree
   * @param head the same process, by number and start time
   * @param cgroup its cgroup, or null
   * @param namespace its pid namespace, or null
   */
  record Launched(
      Process process,
      ProcessId head,
      @Nullable CgroupEnclosure cgroup,
      @Nullable NamespaceEnclosure namespace) {

    /** The enclosures there are. */
    List<Enclosure> enclosures() {
      var enclosures = new ArrayList<Enclosure>();
      if (cgroup != null) {
        enclosures.add(cgroup);
      }
      if (namespace != null) {
        enclosures.add(namespace);
      }
      return List.copyOf(enclosures);
    }
  }
}
