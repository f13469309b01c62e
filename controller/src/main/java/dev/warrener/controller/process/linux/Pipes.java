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

/**
 * Non-blocking pipes, by file descriptor; the JDK's pipes to a process always block. Thread-safe,
 * except that a descriptor must not be used while it is being closed.
 *
 * <p>Calls that can fail return the kernel's error number, negative.
 */
public final class Pipes {
  /** The error number that says: nothing to read, or no room to write, at the moment. */
  public static final int EAGAIN = 11;

  /** The most bytes that one call reads or writes: the capacity of a pipe, 64 KiB. */
  public static final int MOST_BYTES = 64 * 1024;

  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x8_0000;

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

  /** Each thread's memory outside the Java heap, which the kernel can't read or write. */
  private static final ThreadLocal<Transfer> TRANSFER = ThreadLocal.withInitial(Transfer::new);

  private Pipes() {}

  private static final class Transfer {
    final MemorySegment bytes = Arena.ofAuto().allocate(MOST_BYTES);
    final MemorySegment state = Arena.ofAuto().allocate(CALL_STATE);
  }

  /**
   * Opens a pipe, and returns the descriptors of its reading end and its writing end. Neither end
   * blocks, and no program that is started inherits either.
   *
   * @throws IOException if this process has too many files open
   */
  public static int[] open() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = (int) PIPE2.invokeExact(state, ends, O_NONBLOCK | O_CLOEXEC);
      if (result != 0) {
        throw new IOException(
            "no pipe can be opened (error "
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

  /**
   * Reads the bytes that are in a pipe, at most {@link #MOST_BYTES}.
   *
   * @return the number of bytes; 0 at the end of the pipe; or a negative error number
   */
  public static int read(int descriptor, byte[] into) {
    return read(descriptor, into, into.length);
  }

  /** Reads as {@link #read(int, byte[])} does, at most {@code most} bytes. */
  public static int read(int descriptor, byte[] into, int most) {
    Transfer transfer = TRANSFER.get();
    try {
      long count =
          (long)
              READ.invokeExact(
                  transfer.state,
                  descriptor,
                  transfer.bytes,
                  (long) Math.min(Math.min(most, into.length), MOST_BYTES));
      if (count < 0) {
        return -errno(transfer.state);
      }
      MemorySegment.copy(transfer.bytes, ValueLayout.JAVA_BYTE, 0, into, 0, (int) count);
      return (int) count;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Writes as many bytes as the pipe has room for, at most {@link #MOST_BYTES}.
   *
   * @return the number of bytes that were written, or a negative error number
   */
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

  /** Whether a read or a write has failed for good, so that it can't succeed later either. */
  public static boolean hasFailed(int result) {
    return result < 0 && result != -EAGAIN && result != -Kernel.EINTR;
  }
}
