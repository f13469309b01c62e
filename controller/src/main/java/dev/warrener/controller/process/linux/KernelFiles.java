package dev.warrener.controller.process.linux;

import static dev.warrener.controller.process.linux.NativeCalls.CALL_STATE;
import static dev.warrener.controller.process.linux.NativeCalls.errno;
import static dev.warrener.controller.process.linux.NativeCalls.function;
import static dev.warrener.controller.process.linux.NativeCalls.unexpected;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * The kernel's files, by descriptor. The JDK's streams do not tell why a file can't be opened or
 * read, and only some reasons mean that a process is gone. Thread-safe.
 *
 * <p>Calls that can fail return the kernel's error number, negative.
 *
 * <p><b>Descriptors in reserve.</b> A few descriptors are reserved open for nothing. When this
 * process (or the host) has too many files open, one of them is closed for as long as a file is
 * open here, so that workers can be killed and looked at all the same. The reserve is filled again
 * when files are closed.
 */
final class KernelFiles {
  /** The error number that says: there is no such file. */
  static final int ENOENT = 2;

  private static final int ENFILE = 23;
  private static final int EMFILE = 24;
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_CLOEXEC = 0x8_0000;

  /**
   * The number of reserved descriptors. Each thread needs one at a time; more if others snatch it.
   */
  private static final int RESERVE = 8;

  private static final int BUFFER_BYTES = 32 * 1024;
  private static final int PATH_BYTES = 4096;

  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle READ = transfer("read");
  private static final MethodHandle WRITE = transfer("write");

  /** The C library of glibc has the first name, that of musl the second. */
  private static final MethodHandle GETDENTS =
      transfer(NativeCalls.exists("getdents64") ? "getdents64" : "getdents");

  // Of the kernel's struct linux_dirent64.
  private static final int ENTRY_LENGTH = 16;
  private static final int ENTRY_NAME = 19;

  private static final ThreadLocal<Memory> MEMORY = ThreadLocal.withInitial(Memory::new);

  /** Guarded by the class. */
  private static final int[] RESERVED = new int[RESERVE];

  /** Written under the lock of the class. */
  private static volatile int reserved;

  static {
    refill();
  }

  private KernelFiles() {}

  /** Each thread's memory outside the Java heap. */
  private static final class Memory {
    final MemorySegment state = Arena.ofAuto().allocate(CALL_STATE);
    final MemorySegment path = Arena.ofAuto().allocate(PATH_BYTES);
    final MemorySegment bytes = Arena.ofAuto().allocate(BUFFER_BYTES, Long.BYTES);
  }

  private static MethodHandle transfer(String name) {
    return function(
        name,
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG));
  }

  /** Opens a file or directory for reading. The descriptor is to be closed by {@link #close}. */
  static int openToRead(String path) {
    return open(path, O_RDONLY | O_CLOEXEC);
  }

  /** Writes to a file that exists; returns 0 or the negative error number. */
  static int write(String path, byte[] bytes) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) {
      return descriptor;
    }
    Memory memory = MEMORY.get();
    MemorySegment.copy(bytes, 0, memory.bytes, ValueLayout.JAVA_BYTE, 0, bytes.length);
    try {
      long written = call(WRITE, memory, descriptor, bytes.length);
      return written < 0 ? (int) written : 0;
    } finally {
      close(descriptor);
    }
  }

  /** Reads from a descriptor; returns the number of bytes, 0 at the end. */
  static int read(int descriptor, byte[] into, int from) {
    Memory memory = MEMORY.get();
    int count = (int) call(READ, memory, descriptor, Math.min(into.length - from, BUFFER_BYTES));
    if (count > 0) {
      MemorySegment.copy(memory.bytes, ValueLayout.JAVA_BYTE, 0, into, from, count);
    }
    return count;
  }

  /**
   * Passes the entries of a directory that are whole numbers to a receiver; returns 0 or the error
   * number.
   */
  static int numbers(int directory, LongConsumer sink) {
    Memory memory = MEMORY.get();
    while (true) {
      int bytes = (int) call(GETDENTS, memory, directory, BUFFER_BYTES);
      if (bytes <= 0) {
        return bytes;
      }
      for (int entry = 0; entry < bytes; ) {
        long number = number(memory.bytes, entry + ENTRY_NAME);
        if (number >= 0) {
          sink.accept(number);
        }
        entry +=
            Short.toUnsignedInt(
                memory.bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, entry + ENTRY_LENGTH));
      }
    }
  }

  /** Returns the number that a name consists of; -1 if it is none. */
  private static long number(MemorySegment bytes, int start) {
    long number = 0;
    int at = start;
    for (byte digit; (digit = bytes.get(ValueLayout.JAVA_BYTE, at)) != 0; at++) {
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + digit - '0';
    }
    return at == start ? -1 : number;
  }

  /** Closes a descriptor, and fills the reserve if it was used. */
  static void close(int descriptor) {
    Kernel.close(descriptor);
    if (reserved < RESERVE) {
      refill();
    }
  }

  private static int open(String path, int flags) {
    int descriptor = openOnce(path, flags);
    return isTooMany(descriptor) ? openByReserve(path, flags) : descriptor;
  }

  /** Another thread may snatch a number that was just closed: then the next one is closed. */
  private static synchronized int openByReserve(String path, int flags) {
    int descriptor = -EMFILE;
    for (int left = reserved; isTooMany(descriptor) && left > 0; left--) {
      Kernel.close(RESERVED[left - 1]);
      reserved = left - 1;
      descriptor = openOnce(path, flags);
    }
    return descriptor;
  }

  private static synchronized void refill() {
    int descriptor = 0;
    for (int next = reserved; next < RESERVE && descriptor >= 0; next++) {
      descriptor = openOnce("/dev/null", O_RDONLY | O_CLOEXEC);
      if (descriptor >= 0) {
        RESERVED[next] = descriptor;
        reserved = next + 1;
      }
    }
  }

  private static boolean isTooMany(int descriptor) {
    return descriptor == -EMFILE || descriptor == -ENFILE;
  }

  private static int openOnce(String path, int flags) {
    Memory memory = MEMORY.get();
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, memory.path, ValueLayout.JAVA_BYTE, 0, bytes.length);
    memory.path.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    try {
      int descriptor;
      do {
        descriptor = (int) OPEN.invokeExact(memory.state, memory.path, flags, 0);
      } while (descriptor < 0 && errno(memory.state) == Kernel.EINTR);
      return descriptor < 0 ? -errno(memory.state) : descriptor;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static long call(MethodHandle function, Memory memory, int descriptor, int bytes) {
    try {
      long count;
      do {
        count = (long) function.invokeExact(memory.state, descriptor, memory.bytes, (long) bytes);
      } while (count < 0 && errno(memory.state) == Kernel.EINTR);
      return count < 0 ? -errno(memory.state) : count;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
