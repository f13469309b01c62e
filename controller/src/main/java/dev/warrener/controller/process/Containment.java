package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How worker processes are started and held on this host: found out once, by the probe. Workers are
 * always started in a session of their own, marked, and with the controller as their subreaper; the
 * two fences come on top of it.
 *
 * @param programs what stands before the worker's own program
 * @param cgroups where each worker gets a cgroup; null without
 * @param unshare the options of {@code unshare} that give each worker a pid namespace; null without
 * @param pids how many processes and threads a worker may have
 */
record Containment(
    Programs programs,
    @Nullable CgroupParent cgroups,
    @Nullable List<String> unshare,
    PidsLimit pids) {

  /**
   * Becomes the worker, after it has put the channel on descriptors 3 (out) and 4 (in) and the
   * worker's own output on the log, set the mark ({@code ulimit -w} in dash and busybox, {@code -x}
   * in bash and ksh), limited the number of the user's processes ({@code ulimit -u} in bash, {@code
   * -p} in dash and busybox), and entered the cgroup. All of it before the worker's first
   * instruction.
   */
  private static final String WRAPPER =
      """
      exec 3>&1 1>&2 4<&0 0</dev/null
      ulimit -S -w "$1" 2>/dev/null || ulimit -S -x "$1" 2>/dev/null || :
      if [ -n "$2" ]; then { ulimit -u "$2" || ulimit -p "$2" || :; } 2>/dev/null; fi
      if [ -n "$3" ]; then echo 0 > "$3" || exit 125; fi
      shift 3
      exec "$@"
      """;

  /**
   * Process 1 of a pid namespace: limits the number of processes in its user namespace, runs the
   * worker, and waits for whatever becomes its child.
   */
  private static final String FIRST_PROCESS =
      """
      if [ -n "$1" ]; then { ulimit -u "$1" || ulimit -p "$1" || :; } 2>/dev/null; fi
      shift
      "$@" &
      wait "$!"
      """;

  /** The same with that limit. */
  Containment with(PidsLimit limit) {
    return new Containment(programs, cgroups, unshare, limit);
  }

  /** The name of the tier. */
  String tier() {
    if (cgroups != null) {
      return (unshare != null
              ? ContainmentChoice.CGROUP_AND_PID_NAMESPACE
              : ContainmentChoice.CGROUP)
          .text();
    }
    return (unshare != null ? ContainmentChoice.PID_NAMESPACE : ContainmentChoice.SUBREAPER).text();
  }

  /** Whether the kernel says when a tree is empty. */
  boolean isProven() {
    return cgroups != null || unshare != null;
  }

  /**
   * Starts a worker. Only to be called by the spawner's thread: the parent-death signal comes when
   * the <em>thread</em> ends that started the process.
   *
   * @param streams says where its standard streams go; the JDK's pipes if it says nothing
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
    Stat stat = Stat.of(process.pid());
    // Without a stat it has died already and the JDK has waited for it: no start time is known
    // then, and none is needed, for whatever has that number now is another process.
    ProcessId head = stat == null ? new ProcessId(process.pid(), 0) : stat.id();
    return new Launched(
        process, head, cgroup, unshare == null ? null : new NamespaceEnclosure(head));
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
   * A process that was started.
   *
   * @param process the JDK's view of the head of the tree
   * @param head the same process by number and start time
   * @param cgroup its cgroup, if any
   * @param namespace its pid namespace, if any
   */
  record Launched(
      Process process,
      ProcessId head,
      @Nullable CgroupEnclosure cgroup,
      @Nullable NamespaceEnclosure namespace) {

    /** The fences there are. */
    List<Enclosure> fences() {
      var fences = new ArrayList<Enclosure>();
      if (cgroup != null) {
        fences.add(cgroup);
      }
      if (namespace != null) {
        fences.add(namespace);
      }
      return List.copyOf(fences);
    }
  }
}
