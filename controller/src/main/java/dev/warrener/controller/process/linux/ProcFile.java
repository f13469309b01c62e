package dev.warrener.controller.process.linux;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the kernel's files about processes, which may be gone at any moment. */
public final class ProcFile {
  private static final int FIRST_BYTES = 4096;
  private static final int MAXIMUM_BYTES = 8 << 20;
  private static final long[] NO_PIDS = {};

  private ProcFile() {}

  /** The whole file, or null if it can't be read: the process is gone, or it is none of ours. */
  public static byte @Nullable [] read(String path) {
    // Not Files.readAllBytes: this is on the kill path, and a third as dear.
    try (var in = new FileInputStream(path)) {
      byte[] bytes = new byte[FIRST_BYTES];
      int length = 0;
      int count;
      while ((count = in.read(bytes, length, bytes.length - length)) > 0) {
        length += count;
        if (length == bytes.length) {
          if (length >= MAXIMUM_BYTES) {
            return bytes;
          }
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
      }
      return Arrays.copyOf(bytes, length);
    } catch (IOException e) {
      return null;
    }
  }

  /** All process ids that there are. */
  public static long[] allPids() {
    return numericNames("/proc");
  }

  /** The thread ids of a process; none if it is gone. */
  public static long[] threads(long pid) {
    return numericNames("/proc/" + pid + "/task");
  }

  /** The kernel's id of the calling thread. */
  public static long currentThread() throws IOException {
    // For example 4711/task/4712.
    return Long.parseLong(
        Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
  }

  private static long[] numericNames(String directory) {
    String[] names = new File(directory).list();
    if (names == null) {
      return NO_PIDS;
    }
    long[] numbers = new long[names.length];
    int count = 0;
    for (String name : names) {
      if (Character.isDigit(name.charAt(0))) {
        numbers[count++] = Long.parseLong(name);
      }
    }
    return Arrays.copyOf(numbers, count);
  }
}
