package dev.warrener.controller.process.linux;

import static dev.warrener.controller.process.linux.NativeCalls.CALL_STATE;
import static dev.warrener.controller.process.linux.NativeCalls.errno;
import static dev.warrener.controller.process.linux.NativeCalls.function;
import static dev.warrener.controller.process.linux.NativeCalls.unexpected;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Pipes that never wait, and the kernel's list of those that are ready: what the JDK offers for
 * neither the pipes of a process nor a pidfd. Thread-safe, but for a descriptor that is being
 * closed.
 *
 * <p>Calls that can fail return the kernel's error number, negative.
 */
public final class FileDescriptors {
  /** There is nothing to be read, or no room, at the moment. */
  public static final int EAGAIN = 11;

  /** There are bytes, or their end; or a process has ended. */
  public static final int READABLE = 1;

  /** There is room, or nobody who reads; said once, until {@link #watchAgain}. */
  public static final int WRITABLE_ONCE = 4 | 1 << 30;

  /** How many bytes are read or written at once at most: what a pipe holds. */
  public static final int MOST_BYTES = 64 * 1024;

  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x8_0000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final int FOREVER = -1;

  /** The structure is packed on this architecture, and on no other. */
  private static final boolean PACKED =
      System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("amd64");

  private static final int EVENT_BYTES = PACKED ? 12 : 16;
  private static final int EVENT_TOKEN_OFFSET = PACKED ? 4 : 8;

  private static final MethodHandle PIPE2 =
      function(
          "pipe2",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle READ =
      function(
          "read",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle WRITE =
      function(
          "write",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle EPOLL_CREATE1 =
      function("epoll_create1", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle EPOLL_CTL =
      function(
          "epoll_ctl",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS));
  private static final MethodHandle EPOLL_WAIT =
      function(
          "epoll_wait",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));

  /** What each thread's bytes go through, since the kernel can't see the Java heap. */
  private static final ThreadLocal<Transfer> TRANSFER = ThreadLocal.withInitial(Transfer::new);

  private FileDescriptors() {}

  private static final class Transfer {
    final MemorySegment bytes = Arena.ofAuto().allocate(MOST_BYTES);
    final MemorySegment state = Arena.ofAuto().allocate(CALL_STATE);
  }

  /**
   * A pipe: the end to read from, then the end to write to. Neither ever waits, and no program that
   * is started gets either.
   *
   * @throws IOException if this process has too many files open
   */
  public static int[] pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = (int) PIPE2.invokeExact(state, ends, O_NONBLOCK | O_CLOEXEC);
      if (result != 0) {
        throw new IOException(
            "there can be no pipe (error "
                + errno(state)
                + "): raise the limit of open files (ulimit -n), or run fewer workers");
      }
      return ends.toArray(ValueLayout.JAVA_INT);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Reads what is there, at most {@link #MOST_BYTES}; 0 at the end. */
  public static int read(int descriptor, byte[] into) {
    Transfer transfer = TRANSFER.get();
    try {
      long count =
          (long)
              READ.invokeExact(
                  transfer.state,
                  descriptor,
                  transfer.bytes,
                  (long) Math.min(into.length, MOST_BYTES));
      if (count < 0) {
        return -errno(transfer.state);
      }
      MemorySegment.copy(transfer.bytes, ValueLayout.JAVA_BYTE, 0, into, 0, (int) count);
      return (int) count;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Writes as much as there is room for, at most {@link #MOST_BYTES}. */
  public static int write(int descriptor, byte[] bytes, int from, int count) {
    Transfer transfer = TRANSFER.get();
    int most = Math.min(count, MOST_BYTES);
    MemorySegment.copy(bytes, from, transfer.bytes, ValueLayout.JAVA_BYTE, 0, most);
    try {
      long written =
          (long) WRITE.invokeExact(transfer.state, descriptor, transfer.bytes, (long) most);
      return written < 0 ? -errno(transfer.state) : (int) written;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Whether a read or a write can't succeed later, either. */
  public static boolean hasFailed(int result) {
    return result < 0 && result != -EAGAIN && result != -Kernel.EINTR;
  }

  /** A list of descriptors to wait for. */
  static int newList() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int list = (int) EPOLL_CREATE1.invokeExact(state, O_CLOEXEC);
      if (list < 0) {
        throw new ProcessLayerException(
            "the pipes of workers can't be waited for (error "
                + errno(state)
                + "): raise the limit of open files (ulimit -n)");
      }
      return list;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Adds a descriptor, by a number of the caller's own that stands for it. */
  static int watch(int list, int descriptor, int what, long token) {
    return control(list, EPOLL_CTL_ADD, descriptor, what, token);
  }

  /** Has the next {@link #WRITABLE_ONCE} said. */
  static int watchAgain(int list, int descriptor, int what, long token) {
    return control(list, EPOLL_CTL_MOD, descriptor, what, token);
  }

  /** Takes a descriptor off the list; to be done before it is closed. */
  static int unwatch(int list, int descriptor) {
    return control(list, EPOLL_CTL_DEL, descriptor, 0, 0);
  }

  private static int control(int list, int operation, int descriptor, int what, long token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment event = arena.allocate(EVENT_BYTES, Long.BYTES);
      event.set(ValueLayout.JAVA_INT, 0, what);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_TOKEN_OFFSET, token);
      int result = (int) EPOLL_CTL.invokeExact(state, list, operation, descriptor, event);
      return result == 0 ? 0 : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Those that were ready; for one thread. */
  static final class Ready {
    private final MemorySegment state = Arena.ofAuto().allocate(CALL_STATE);
    private final MemorySegment events;
    private final int most;

    /** At most so many at a time. */
    Ready(int most) {
      this.most = most;
      this.events = Arena.ofAuto().allocate((long) most * EVENT_BYTES, Long.BYTES);
    }

    /** Waits until some of the list are, and says how many. */
    int await(int list) {
      try {
        int count = (int) EPOLL_WAIT.invokeExact(state, list, events, most, FOREVER);
        return count < 0 ? -errno(state) : count;
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    /** The number that stands for one of them. */
    long token(int index) {
      return events.get(
          ValueLayout.JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + EVENT_TOKEN_OFFSET);
    }
  }
}
