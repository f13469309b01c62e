package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The priority of workers, and of the JVM's own compilers, compared with everything else on the
 * host. An order to kill must be received, carried out and answered on a host whose workers burn
 * every processor, and the broker and the operator's command may be on the same host.
 *
 * <p>The {@code nice} program sets a worker's niceness before the worker's first instruction, and
 * all processes that it starts inherit that. Where the kernel first divides the processors among
 * sessions (CONFIG_SCHED_AUTOGROUP: on by default in distributions, without effect in a container),
 * that alone changes nothing, because each worker leads a session: there the session's own niceness
 * must be set as well ({@code sched(7)}).
 */
final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);

  static final int MOST = 19;

  /**
   * The niceness of the JVM's compilers: a little less than a worker's default, so that busy
   * workers do not starve them.
   */
  private static final int OF_COMPILERS = 9;

  private static final Set<String> COMPILERS = Set.of("C1 CompilerThre", "C2 CompilerThre");

  private static final String OWN_GROUP_FILE = "/proc/self/autogroup";
  private static final boolean GROUPS_BY_SESSION = ProcFile.readIfPossible(OWN_GROUP_FILE) != null;

  private final int nice;
  private final @Nullable String program;

  /**
   * Makes the priority of workers.
   *
   * @param nice 0 to 19; 0 changes nothing
   * @param program the full path of {@code nice}, or null if the host has none
   */
  Niceness(int nice, @Nullable String program) {
    this.nice = nice;
    this.program = program;
  }

  /** Returns the words that are put before a worker's command. */
  List<String> prefix() {
    return nice == 0 || program == null
        ? List.of()
        : List.of(program, "-n", Integer.toString(nice));
  }

  /**
   * Lowers the priority of a worker's session, once the worker leads one.
   *
   * @return false if this must be tried again later: the kernel lets an unprivileged user do it
   *     only ten times a second
   */
  boolean lowerSessionPriority(ProcessId worker) {
    if (nice == 0) {
      return true;
    }
    try {
      Stat stat = Stat.of(worker.pid());
      if (stat == null || !stat.id().equals(worker)) {
        return true;
      }
      // Before the worker leads a session it is in the controller's own.
      return stat.session() == worker.pid() && writeToSession(worker, nice);
    } catch (UnreadableException e) {
      return false;
    }
  }

  /**
   * Writes a session's niceness. The kernel reports that a process leads a session a moment before
   * it schedules it as one. Until then, a write would change the controller's own session.
   */
  private static boolean writeToSession(ProcessId worker, int nice) {
    String file = groupFile(worker);
    String its = sessionGroup(file);
    return its == null || (!its.equals(sessionGroup(OWN_GROUP_FILE)) && write(file, nice));
  }

  private static String groupFile(ProcessId worker) {
    return "/proc/" + worker.pid() + "/autogroup";
  }

  /**
   * Returns the name of a session's group, such as {@code /autogroup-4711}; null if the kernel does
   * not group by session.
   */
  private static @Nullable String sessionGroup(String file) {
    byte[] content = ProcFile.read(file);
    if (content == null) {
      return null;
    }
    String line = new String(content, StandardCharsets.US_ASCII);
    int end = line.indexOf(' ');
    return end < 0 ? null : line.substring(0, end);
  }

  /**
   * Raises a killed worker's priority, because the kernel tears a process down on that process's
   * own CPU time. Needs root or CAP_SYS_NICE; otherwise the worker dies at the priority it ran
   * with.
   *
   * @param yields whether the session's priority was lowered, so that the session is the worker's
   *     own
   */
  void restorePriority(ProcessId worker, boolean yields) {
    try {
      if (nice == 0 || !Stat.isAlive(worker) || Kernel.setNiceness(worker.pid(), 0) != 0) {
        return;
      }
      if (!yields) {
        writeToSession(worker, 0);
      } else if (GROUPS_BY_SESSION) {
        write(groupFile(worker), 0);
      }
    } catch (UnreadableException e) {
      LOG.debug("worker {} dies at the priority it ran with: {}", worker, e.getMessage());
    }
  }

  /**
   * Lowers the priority of this JVM's compilers. A kill is rare, so its code is always still being
   * compiled; what the compilers produce while workers die comes too late for this kill, and takes
   * more processor time than all the rest of the controller.
   */
  static void lowerPriorityOfCompilers() {
    for (long thread : ProcFile.threads(ProcessHandle.current().pid())) {
      byte[] name = ProcFile.readIfPossible("/proc/self/task/" + thread + "/comm");
      if (name != null && COMPILERS.contains(new String(name, StandardCharsets.US_ASCII).strip())) {
        Kernel.setThreadNiceness(thread, OF_COMPILERS);
      }
    }
  }

  private static boolean write(String file, int nice) {
    try (var out = new FileOutputStream(file)) {
      out.write(Integer.toString(nice).getBytes(StandardCharsets.US_ASCII));
      return true;
    } catch (FileNotFoundException e) {
      // The kernel does not group by session.
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
