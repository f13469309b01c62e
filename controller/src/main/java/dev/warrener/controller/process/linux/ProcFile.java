package dev.warrener.controller.process.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the kernel's files about processes, which may vanish at any moment. That a file is not
 * there, or is of no process any more, is an answer; every other failure is an {@link
 * UnreadableException}.
 */
public final class ProcFile {
  private static final int FIRST_BYTES = 4096;
  private static final int MAXIMUM_BYTES = 8 << 20;

  private ProcFile() {}

  /**
   * Returns a whole file, or null if there is no such file.
   *
   * @throws UnreadableException if it can't be read for another reason
   */
  public static byte @Nullable [] read(String path) {
    // Not Files.readAllBytes: on the kill path that is three times as expensive.
    int descriptor = KernelFiles.openToRead(path);
    if (isGone(descriptor)) {
      return null;
    }
    if (descriptor < 0) {
      throw UnreadableException.of(path, -descriptor);
    }
    try {
      byte[] bytes = new byte[FIRST_BYTES];
      int length = 0;
      int count;
      while ((count = KernelFiles.read(descriptor, bytes, length)) > 0) {
        length += count;
        if (length == bytes.length) {
          if (length >= MAXIMUM_BYTES) {
            return bytes;
          }
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
      }
      if (isGone(count)) {
        return null;
      }
      if (count < 0) {
        throw UnreadableException.of(path, -count);
      }
      return Arrays.copyOf(bytes, length);
    } finally {
      KernelFiles.close(descriptor);
    }
  }

  /**
   * Returns a file of a process, or null if there is no such process. Where {@code /proc} hides the
   * processes of other users ({@code hidepid=2}), their files are missing although they live; so
   * the kernel is asked in another way, too.
   *
   * @throws UnreadableException if it can't be read although the process may exist
   */
  public static byte @Nullable [] read(long pid, String name) {
    String path = "/proc/" + pid + "/" + name;
    byte[] bytes = read(path);
    if (bytes == null && exists(pid)) {
      // It may be a process that had the number a moment later: the next look tells.
      throw UnreadableException.hidden(path);
    }
    return bytes;
  }

  /**
   * Returns a whole file, or null if it can't be read, for whatever reason. Not for anything that
   * proves something.
   */
  public static byte @Nullable [] readIfPossible(String path) {
    try {
      return read(path);
    } catch (UnreadableException e) {
      return null;
    }
  }

  /**
   * Writes to one of the kernel's files.
   *
   * @return false if there is no such file
   * @throws UnreadableException if it can't be written for another reason
   */
  public static boolean write(String path, byte[] bytes) {
    int error = KernelFiles.write(path, bytes);
    if (error < 0 && !isGone(error)) {
      throw UnreadableException.of(path, -error);
    }
    return error >= 0;
  }

  /** Returns the ids of all processes. */
  public static long[] allPids() {
    return numericNames("/proc");
  }

  /** Returns the thread ids of a process; none if it is gone. */
  public static long[] threads(long pid) {
    long[] threads = numericNames("/proc/" + pid + "/task");
    if (threads.length == 0 && exists(pid)) {
      throw UnreadableException.hidden("/proc/" + pid + "/task");
    }
    return threads;
  }

  /** Whether a number means a process, dead or alive, of whatever user. */
  private static boolean exists(long pid) {
    return Kernel.kill(pid, 0) != Kernel.ESRCH;
  }

  /** Returns the kernel's id of the calling thread. */
  public static long currentThread() throws IOException {
    // For example 4711/task/4712.
    return Long.parseLong(
        Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
  }

  private static long[] numericNames(String directory) {
    int descriptor = KernelFiles.openToRead(directory);
    if (isGone(descriptor)) {
      return new long[0];
    }
    if (descriptor < 0) {
      throw UnreadableException.of(directory, -descriptor);
    }
    try {
      var numbers = new Numbers();
      int result = KernelFiles.numbers(descriptor, numbers);
      if (result < 0 && !isGone(result)) {
        throw UnreadableException.of(directory, -result);
      }
      return numbers.all();
    } finally {
      KernelFiles.close(descriptor);
    }
  }

  private static boolean isGone(int result) {
    return result == -KernelFiles.ENOENT || result == -Kernel.ESRCH;
  }

  private static final class Numbers implements LongConsumer {
    private long[] numbers = new long[16];
    private int count;

    @Override
    public void accept(long number) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = number;
    }

    long[] all() {
      return Arrays.copyOf(numbers, count);
    }
  }
}
