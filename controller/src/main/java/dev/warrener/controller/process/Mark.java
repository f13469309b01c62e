package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcFile;
import java.nio.charset.StandardCharsets;

/**
 * A number that a worker and all its descendants carry. By it each of them can be told from the
 * processes of other workers, wherever it is among the controller's descendants and whatever it has
 * done to its environment, session or user.
 *
 * <p>The wrapper that starts a worker sets the mark as the soft limit on file locks ({@code
 * RLIMIT_LOCKS}). Linux has not enforced that limit since 2.4, and nothing else uses it. Like any
 * limit it is inherited through fork and exec, kept by default by every program that changes user
 * or session, and readable by everyone in {@code /proc/PID/limits}. It is a mark for finding
 * processes and no barrier: a process that wants to can change it.
 *
 * <p>The wrapper sets the hard limit to the same number. A process can lower its hard limit and
 * never raise it, unless it is root with {@code CAP_SYS_RESOURCE}. So a hard limit below the
 * controller's own tells that a worker is among a process's ancestors, even if the process has
 * changed its mark, and whoever its parent is by now.
 *
 * <p>In decimal it is the number of the controller's run followed by nine digits that count the
 * run's workers, so that {@code grep} can find what a run has left.
 */
final class Mark {
  /** One more than the largest count of a run's workers. */
  static final long WORKERS_PER_RUN = 1_000_000_000;

  /** Stands for the mark of a process that is gone. */
  static final long GONE = -1;

  /** The hard limit of a process that has none. */
  static final long UNLIMITED = Long.MAX_VALUE;

  private static final byte[] LINE = "Max file locks ".getBytes(StandardCharsets.US_ASCII);

  /** The positions of the soft and the hard limit in the line. */
  private static final int SOFT = 0;

  private static final int HARD = 1;

  private Mark() {}

  /** Returns the mark of a run's nth worker. */
  static long of(ControllerRun run, long n) {
    if (n < 1 || n >= WORKERS_PER_RUN) {
      throw new IllegalStateException("a run of a controller can't start more workers: " + n);
    }
    return run.number() * WORKERS_PER_RUN + n;
  }

  /** Returns the number of the run that a mark belongs to. */
  static long runNumber(long mark) {
    return mark / WORKERS_PER_RUN;
  }

  /**
   * Returns the mark of a process; 0 if it carries none, {@link #GONE} if there is no such process.
   *
   * @throws dev.warrener.controller.process.linux.UnreadableException if nobody can tell
   */
  static long read(long pid) {
    byte[] limits = ProcFile.read(pid, "limits");
    return limits == null ? GONE : parse(limits);
  }

  /** Returns the mark in the text of {@code /proc/PID/limits}; 0 if there is none. */
  static long parse(byte[] limits) {
    long mark = number(limits, SOFT);
    return mark == UNLIMITED ? 0 : mark;
  }

  /**
   * Returns the hard limit on file locks in the text of {@code /proc/PID/limits}; {@link
   * #UNLIMITED} if there is none.
   */
  static long parseHard(byte[] limits) {
    return number(limits, HARD);
  }

  /** Returns the nth number of the line. */
  private static long number(byte[] limits, int n) {
    int position = indexOf(limits, LINE);
    if (position < 0) {
      return UNLIMITED;
    }
    position += LINE.length;
    for (int i = 0; i < n; i++) {
      position = afterWord(limits, afterBlanks(limits, position));
    }
    position = afterBlanks(limits, position);
    int end = afterWord(limits, position);
    long number = 0;
    for (int i = position; i < end; i++) {
      if (limits[i] < '0' || limits[i] > '9') {
        return UNLIMITED;
      }
      number = number * 10 + limits[i] - '0';
    }
    return end == position ? UNLIMITED : number;
  }

  private static int afterBlanks(byte[] bytes, int position) {
    int end = position;
    while (end < bytes.length && bytes[end] == ' ') {
      end++;
    }
    return end;
  }

  private static int afterWord(byte[] bytes, int position) {
    int end = position;
    while (end < bytes.length && bytes[end] != ' ' && bytes[end] != '\n') {
      end++;
    }
    return end;
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int start = 0; start <= bytes.length - part.length; start++) {
      if (matches(bytes, start, part)) {
        return start;
      }
    }
    return -1;
  }

  private static boolean matches(byte[] bytes, int start, byte[] part) {
    for (int i = 0; i < part.length; i++) {
      if (bytes[start + i] != part[i]) {
        return false;
      }
    }
    return true;
  }
}
