package dev.warrener.controller.process.linux;

import static dev.warrener.controller.process.linux.NativeCalls.CALL_STATE;
import static dev.warrener.controller.process.linux.NativeCalls.errno;
import static dev.warrener.controller.process.linux.NativeCalls.function;
import static dev.warrener.controller.process.linux.NativeCalls.unexpected;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * System calls about processes that the JDK does not offer. All are linked when the class is
 * initialised, because a first link takes tens of milliseconds on a busy machine. Thread-safe.
 *
 * <p>Calls that can fail return the kernel's error number; 0 means success.
 */
@SuppressWarnings("restricted") // This class makes native calls; see the manifest.
public final class Kernel {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;

  /** The error number that says: there is no such process. */
  public static final int ESRCH = 3;

  /** The error number that says: there is no such child. */
  public static final int ECHILD = 10;

  /** The error number that says: a signal interrupted the call. */
  static final int EINTR = 4;

  private static final int CLOCK_BOOTTIME = 7;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int PIDFD_SIGNAL_PROCESS_GROUP = 1 << 2;
  private static final int PRIO_PROCESS = 0;
  private static final int PRIO_PGRP = 1;
  private static final int P_ALL = 0;
  private static final int P_PID = 1;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x0100_0000;

  /** The number of this call, and of the next, is the same on every architecture. */
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;

  private static final long SYS_PIDFD_OPEN = 434;

  private static final long SIGINFO_BYTES = 128;
  private static final long SIGINFO_CODE_OFFSET = 8;
  private static final long SIGINFO_PID_OFFSET = 16;
  private static final long SIGINFO_STATUS_OFFSET = 24;

  /** The code of a process that exited by itself. */
  private static final int CLD_EXITED = 1;

  /** The number added to a signal's number to make an exit status, as shells do. */
  private static final int KILLED_BY = 128;

  private static final MethodHandle KILL =
      function(
          "kill",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle SETPRIORITY =
      function(
          "setpriority",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));
  private static final MethodHandle WAITID =
      function(
          "waitid",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle CLOCK_GETTIME =
      function(
          "clock_gettime",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  private static final MethodHandle PRCTL =
      function(
          "prctl",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  /**
   * The function syscall(2) with four arguments. With fewer, arguments that a call reads would be
   * random.
   */
  private static final MethodHandle SYSCALL =
      function(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  private Kernel() {}

  /**
   * Links all calls, and makes each harmless one once.
   *
   * @throws ProcessLayerException if the host is not Linux and has no such calls
   */
  public static void link() {
    try {
      long self = ProcessHandle.current().pid();
      kill(self, 0);
      setNiceness(Integer.MAX_VALUE, 0);
      int pidfd = openPidfd(self);
      if (pidfd >= 0) {
        sendSignal(pidfd, 0);
        close(pidfd);
      }
      reap(self);
      exitValue(self);
      ProcFile.threads(self);
      // Loads what is needed only when no file can be opened, not even that of a class.
      UnreadableException.of("nothing", ESRCH);
      int[] pipe = Pipes.open();
      close(pipe[0]);
      close(pipe[1]);
    } catch (IOException e) {
      throw new ProcessLayerException(e);
    } catch (UnreadableException e) {
      throw new ProcessLayerException("processes can't be looked at: " + e.getMessage(), e);
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new ProcessLayerException("worker processes need Linux and a 64-bit JVM", e);
    }
  }

  /**
   * Returns the nanoseconds since the host was started, with the time that it was suspended. The
   * clock of {@link System#nanoTime} stands still meanwhile.
   */
  public static long bootNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
      int result = (int) CLOCK_GETTIME.invokeExact(state, CLOCK_BOOTTIME, time);
      if (result != 0) {
        throw new IllegalStateException("there is no CLOCK_BOOTTIME: error " + errno(state));
      }
      return time.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND
          + time.getAtIndex(ValueLayout.JAVA_LONG, 1);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sends a signal to a process, or to a process group if the number is negative. */
  public static int kill(long pid, int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) KILL.invokeExact(state, Math.toIntExact(pid), signal);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sets the niceness of all threads of a process group. */
  public static int setNiceness(long group, int nice) {
    return setPriority(PRIO_PGRP, group, nice);
  }

  /** Sets the niceness of one thread. Raising a priority again needs a privilege. */
  public static int setThreadNiceness(long thread, int nice) {
    return setPriority(PRIO_PROCESS, thread, nice);
  }

  private static int setPriority(int which, long who, int nice) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) SETPRIORITY.invokeExact(state, which, Math.toIntExact(who), nice);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Makes orphaned descendants of this process its own children instead of init's. */
  public static int becomeSubreaper() {
    return control(PR_SET_CHILD_SUBREAPER, 1);
  }

  /**
   * Closes this process to other processes of the same user, which could otherwise read its memory
   * and its environment, write into its open files and take it over. What it starts is not closed.
   * It leaves no core dump any more.
   */
  public static int forbidInspection() {
    return control(PR_SET_DUMPABLE, 0);
  }

  private static int control(int option, long value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) PRCTL.invokeExact(state, option, value, 0L, 0L, 0L);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Opens a pidfd, which stands for a process even if its number is reused; negative if none. */
  public static int openPidfd(long pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return (int) (long) SYSCALL.invokeExact(state, SYS_PIDFD_OPEN, pid, 0L, 0L, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sends a signal to the process that a pidfd stands for. */
  public static int sendSignal(int pidfd, int signal) {
    return sendSignal(pidfd, signal, 0);
  }

  /**
   * Sends a signal to the process group whose leader a pidfd stands for, also when the leader has
   * been reaped. Needs Linux 6.9.
   */
  public static int sendGroupSignal(int pidfd, int signal) {
    return sendSignal(pidfd, signal, PIDFD_SIGNAL_PROCESS_GROUP);
  }

  private static int sendSignal(int pidfd, int signal, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long result =
          (long)
              SYSCALL.invokeExact(
                  state, SYS_PIDFD_SEND_SIGNAL, (long) pidfd, (long) signal, 0L, (long) flags);
      return result == 0 ? 0 : errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Closes a descriptor. */
  public static void close(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int ignored = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Takes the exit status of a dead child, so that nothing of it is left. Not for a child that the
   * JDK started and waits for: see {@link #exitValue}.
   *
   * @return whether there was such a dead child
   */
  public static boolean reap(long pid) {
    return isDeadChild(pid, WEXITED | WNOHANG);
  }

  /**
   * Takes the exit status of a dead child that the JDK started, before the JDK does. The JDK's
   * waiting thread then finds no such child and reports the exit value 0.
   *
   * @return the child's exit value, or 128 plus the number of the signal that killed it; negative
   *     if there is no such dead child (any more), because the JDK has its status
   */
  public static int exitValue(long pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_BYTES, Long.BYTES);
      if (!isDeadChild(arena, pid, info, WEXITED | WNOHANG)) {
        return -1;
      }
      int status = info.get(ValueLayout.JAVA_INT, SIGINFO_STATUS_OFFSET);
      return info.get(ValueLayout.JAVA_INT, SIGINFO_CODE_OFFSET) == CLD_EXITED
          ? status
          : KILLED_BY + status;
    }
  }

  /** Whether a child is dead and its exit status has not been taken yet. Leaves it as it is. */
  public static boolean isDeadChild(long pid) {
    return isDeadChild(pid, WEXITED | WNOHANG | WNOWAIT);
  }

  private static boolean isDeadChild(long pid, int options) {
    try (Arena arena = Arena.ofConfined()) {
      return isDeadChild(arena, pid, arena.allocate(SIGINFO_BYTES, Long.BYTES), options);
    }
  }

  /** Waits with {@code WNOWAIT}; the kernel writes what it knows of the child to {@code info}. */
  private static boolean isDeadChild(Arena arena, long pid, MemorySegment info, int options) {
    try {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) WAITID.invokeExact(state, P_PID, Math.toIntExact(pid), info, options);
      return result == 0 && pidOf(info) == pid;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Waits until some child is dead and leaves it as it is.
   *
   * @return its process id, or {@code -ECHILD} if there is no child
   */
  public static long awaitDeadChild() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment info = arena.allocate(SIGINFO_BYTES, Long.BYTES);
      while (true) {
        int result = (int) WAITID.invokeExact(state, P_ALL, 0, info, WEXITED | WNOWAIT);
        if (result == 0) {
          return pidOf(info);
        }
        if (errno(state) != EINTR) {
          return -errno(state);
        }
      }
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static int pidOf(MemorySegment info) {
    return info.get(ValueLayout.JAVA_INT, SIGINFO_PID_OFFSET);
  }
}
