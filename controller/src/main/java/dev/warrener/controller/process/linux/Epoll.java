package dev.warrener.controller.process.linux;

import static dev.warrener.controller.process.linux.NativeCalls.CALL_STATE;
import static dev.warrener.controller.process.linux.NativeCalls.errno;
import static dev.warrener.controller.process.linux.NativeCalls.function;
import static dev.warrener.controller.process.linux.NativeCalls.unexpected;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * An epoll instance: the kernel's list of descriptors to wait for. The JDK's own selectors take
 * neither the pipes of a process nor a pidfd. Any thread may add and remove descriptors; one thread
 * waits.
 *
 * <p>Calls that can fail return the kernel's error number, negative.
 */
final class Epoll {
  /** Waits for bytes or the end of a pipe, or for the end of a process. */
  static final int READABLE = 1;

  /** Waits for room in a pipe, or for the end of its reader; once, until {@link #rearm}. */
  static final int WRITABLE_ONCE = 4 | 1 << 30;

  private static final int O_CLOEXEC = 0x8_0000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;

  /** Whether the kernel packs {@code epoll_event}: on this architecture alone. */
  private static final boolean PACKED =
      System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("amd64");

  private static final int EVENT_BYTES = PACKED ? 12 : 16;
  private static final int EVENT_TOKEN_OFFSET = PACKED ? 4 : 8;

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

  private final int descriptor;
  private final int mostAtOnce;

  // Used by the waiting thread alone.
  private final MemorySegment waitState = Arena.ofAuto().allocate(CALL_STATE);
  private final MemorySegment events;

  private Epoll(int descriptor, int mostAtOnce) {
    this.descriptor = descriptor;
    this.mostAtOnce = mostAtOnce;
    this.events = Arena.ofAuto().allocate((long) mostAtOnce * EVENT_BYTES, Long.BYTES);
  }

  /**
   * Opens an instance that watches nothing yet.
   *
   * @param mostAtOnce the most descriptors that one {@link #await} returns
   * @throws ProcessLayerException if this process has too many files open
   */
  static Epoll open(int mostAtOnce) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int descriptor = (int) EPOLL_CREATE1.invokeExact(state, O_CLOEXEC);
      if (descriptor < 0) {
        throw new ProcessLayerException(
            "no epoll instance can be opened (error "
                + errno(state)
                + "): raise the limit of open files (ulimit -n)");
      }
      return new Epoll(descriptor, mostAtOnce);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Adds a descriptor.
   *
   * @param what {@link #READABLE} or {@link #WRITABLE_ONCE}
   * @param token stands for the descriptor in {@link #token}
   */
  int add(int watched, int what, long token) {
    return control(EPOLL_CTL_ADD, watched, what, token);
  }

  /** Waits for {@link #WRITABLE_ONCE} once more. */
  int rearm(int watched, long token) {
    return control(EPOLL_CTL_MOD, watched, WRITABLE_ONCE, token);
  }

  /** Removes a descriptor; to be called before the descriptor is closed. */
  int remove(int watched) {
    return control(EPOLL_CTL_DEL, watched, 0, 0);
  }

  private int control(int operation, int watched, int what, long token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment event = arena.allocate(EVENT_BYTES, Long.BYTES);
      event.set(ValueLayout.JAVA_INT, 0, what);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_TOKEN_OFFSET, token);
      int result = (int) EPOLL_CTL.invokeExact(state, descriptor, operation, watched, event);
      return result == 0 ? 0 : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Waits until descriptors are ready, for at most so long, and returns how many, or a negative
   * error number.
   */
  int await(int millis) {
    try {
      int count = (int) EPOLL_WAIT.invokeExact(waitState, descriptor, events, mostAtOnce, millis);
      return count < 0 ? -errno(waitState) : count;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Returns the token of a descriptor that is ready, by its index in the last {@link #await}. */
  long token(int index) {
    return events.get(
        ValueLayout.JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + EVENT_TOKEN_OFFSET);
  }

  void close() {
    Kernel.close(descriptor);
  }
}
