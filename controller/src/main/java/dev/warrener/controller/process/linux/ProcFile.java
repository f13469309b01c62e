package dev.warrener.controller.process.linux;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the kernel's files about processes, which may vanish at any moment. */
public final class ProcFile {
  private static final int FIRST_BYTES = 4096;
  private static final int MAXIMUM_BYTES = 8 << 20;
  private static final long[] NO_PIDS = {};

  private ProcFile() {}

  /** Returns a whole file, or null if it can't be read because the process is gone or foreign. */
  public static byte @Nullable [] read(String path) {
    // Not Files.readAllBytes: on the kill path that is three times as expensive.
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

  /** Returns the ids of all processes. */
  public static long[] allPids() {
    return numericNames("/proc");
  }

  /** Returns the thread ids of a process; none if it is gone. */
  public static long[] threads(long pid) {
    return numericNames("/proc/" + pid + "/task");
  }

  /** Returns the kernel's id of the calling thread. */
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
