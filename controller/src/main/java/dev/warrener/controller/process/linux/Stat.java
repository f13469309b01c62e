package dev.warrener.controller.process.linux;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's line about a process in {@code /proc/PID/stat}.
 *
 * @param id the process
 * @param command its name, at most 15 characters
 * @param state the kernel's letter, such as {@code R}, {@code S}, {@code D} or {@code Z}
 * @param parent the process id of its parent
 * @param group the process id of the leader of its process group
 * @param session the process id of the leader of its session
 * @param isDead whether the process has ended and only waits for its parent to reap it
 */
public record Stat(
    ProcessId id,
    String command,
    char state,
    long parent,
    long group,
    long session,
    boolean isDead) {
  private static final int FIRST_FIELD_AFTER_NAME = 3;
  private static final int PARENT = 4;
  private static final int GROUP = 5;
  private static final int SESSION = 6;
  private static final int START_TICKS = 22;

  /**
   * Returns the stat of the process with a number, or null if there is none.
   *
   * @throws UnreadableException if nobody can tell
   */
  public static @Nullable Stat of(long pid) {
    byte[] bytes = ProcFile.read(pid, "stat");
    if (bytes == null) {
      return null;
    }
    Stat stat = parse(new String(bytes, StandardCharsets.ISO_8859_1));
    if (stat == null) {
      throw UnreadableException.malformed("/proc/" + pid + "/stat");
    }
    // A process whose first thread has ended looks dead in this file, but is not as long as it has
    // another thread.
    return stat.isDead && ProcFile.threads(pid).length >= 2 ? stat.butAlive() : stat;
  }

  /**
   * Whether a process exists and is no zombie.
   *
   * @throws UnreadableException if nobody can tell
   */
  public static boolean isAlive(ProcessId id) {
    Stat stat = of(id.pid());
    return stat != null && stat.id.equals(id) && !stat.isDead();
  }

  private Stat butAlive() {
    return new Stat(id, command, state, parent, group, session, false);
  }

  /** Reads the line as of a process with one thread; returns null if the line is cut short. */
  static @Nullable Stat parse(String line) {
    // The name may contain anything, including blanks and brackets: it ends at the last bracket.
    int nameEnd = line.lastIndexOf(')');
    int nameStart = line.indexOf('(');
    if (nameEnd < nameStart || nameStart < 1) {
      return null;
    }
    String[] fields = line.substring(nameEnd + 1).strip().split(" ");
    if (fields.length <= START_TICKS - FIRST_FIELD_AFTER_NAME) {
      return null;
    }
    char state = fields[0].charAt(0);
    return new Stat(
        new ProcessId(
            Long.parseLong(line.substring(0, nameStart - 1)), number(fields, START_TICKS)),
        line.substring(nameStart + 1, nameEnd),
        state,
        number(fields, PARENT),
        number(fields, GROUP),
        number(fields, SESSION),
        state == 'Z' || state == 'X' || state == 'x');
  }

  private static long number(String[] fields, int field) {
    return Long.parseLong(fields[field - FIRST_FIELD_AFTER_NAME]);
  }
}
