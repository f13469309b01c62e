package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much a worker yields the processors to everything else on the host. An order to kill has to
 * be heard, carried out and answered on a host whose every processor the workers burn; and where
 * the broker and the operator's command are on the same host, they need theirs, too.
 *
 * <p>A process's own niceness comes from the {@code nice} program, before the worker's first
 * instruction, and is inherited by all that it starts. Where the kernel shares the processors out
 * between sessions first (CONFIG_SCHED_AUTOGROUP: on by default in distributions, of no effect in a
 * container), that alone changes nothing, since each worker leads a session: there the session's
 * own niceness has to be set ({@code sched(7)}).
 */
final class Niceness {
  static final int MOST = 19;

  /**
   * A little less than a worker's, by default: the compilers are not to starve beside busy ones.
   */
  private static final int OF_COMPILERS = 9;

  private static final Set<String> COMPILERS = Set.of("C1 CompilerThre", "C2 CompilerThre");

  private static final String OWN_GROUP_FILE = "/proc/self/autogroup";
  private static final boolean GROUPS_BY_SESSION = ProcFile.read(OWN_GROUP_FILE) != null;

  private final int nice;
  private final @Nullable String program;

  /**
   * @param nice 0 to 19; 0 changes nothing
   * @param program the full path of {@code nice}, or null if the host has none
   */
  Niceness(int nice, @Nullable String program) {
    this.nice = nice;
    this.program = program;
  }

  /** What stands before a worker's command. */
  List<String> prefix() {
    return nice == 0 || program == null
        ? List.of()
        : List.of(program, "-n", Integer.toString(nice));
  }

  /**
   * Makes the session of a worker yield, once it leads one.
   *
   * @return false if it is to be tried again later: the kernel takes this from an unprivileged user
   *     only ten times a second
   */
  boolean applyToSession(ProcessId worker) {
    if (nice == 0) {
      return true;
    }
    Stat stat = Stat.of(worker.pid());
    if (stat == null || !stat.id().equals(worker)) {
      return true;
    }
    // Before it leads a session it is in the controller's own.
    return stat.session() == worker.pid() && writeToSession(worker, nice);
  }

  /**
   * The kernel says that a process leads a session a moment before it schedules it as one: what is
   * written then goes to the session that it came from, which is ours.
   */
  private static boolean writeToSession(ProcessId worker, int nice) {
    String file = groupFile(worker);
    String its = sessionGroup(file);
    return its == null || (!its.equals(sessionGroup(OWN_GROUP_FILE)) && write(file, nice));
  }

  private static String groupFile(ProcessId worker) {
    return "/proc/" + worker.pid() + "/autogroup";
  }

  /** Such as {@code /autogroup-4711}; null if the kernel doesn't group by session. */
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
   * Lets a worker that has been killed have its processor time at once: the kernel takes a process
   * apart in that process's own time. Only who may raise a priority can do it (root, CAP_SYS_NICE);
   * else it dies as nicely as it has lived.
   *
   * @param yields whether its session is known to yield, and so to be its own
   */
  void lift(ProcessId worker, boolean yields) {
    if (nice == 0 || !Stat.isAlive(worker) || Kernel.setNiceness(worker.pid(), 0) != 0) {
      return;
    }
    if (!yields) {
      writeToSession(worker, 0);
    } else if (GROUPS_BY_SESSION) {
      write(groupFile(worker), 0);
    }
  }

  /**
   * Makes this VM's own compilers yield to its other threads. A kill is seldom, so its code is
   * never quite compiled; and what the compilers make of it while workers die comes too late for
   * this one, and takes more time from it than all the rest of the controller.
   */
  static void lowerPriorityOfCompilers() {
    for (long thread : ProcFile.threads(ProcessHandle.current().pid())) {
      byte[] name = ProcFile.read("/proc/self/task/" + thread + "/comm");
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
      // The kernel doesn't group by session.
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
