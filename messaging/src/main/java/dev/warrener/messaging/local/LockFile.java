package dev.warrener.messaging.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The lock file of a controller, seen by another program: {@code ID.lock} in the runtime directory.
 * The controller holds a lock on it for as long as it lives. What stands in the file may be
 * anybody's claim: only the kernel is asked.
 */
public final class LockFile {
  private static final Path LOCKS = Path.of("/proc/locks");
  private static final Pattern BLANKS = Pattern.compile(" +");

  // Where the kernel's line has the kind of a lock, its holder, and its file.
  private static final int KIND = 1;
  private static final int HOLDER = 4;
  private static final int FILE = 5;

  private static final String USER = "Uid:";
  private static final int EFFECTIVE_USER = 2;
  private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

  private LockFile() {}

  /** Returns the path of a controller's lock file. */
  public static Path of(Path runtimeDirectory, String controller) {
    return runtimeDirectory.resolve(controller + ".lock");
  }

  /**
   * Returns the process that holds the lock, as the kernel says; 0 if nobody does, or if it can't
   * be seen from here. Only a process of the user who owns the file counts.
   */
  public static long holder(Path lockFile) {
    try {
      if (!Files.isRegularFile(lockFile, NOFOLLOW) || number(lockFile, "nlink") != 1) {
        return 0;
      }
      long holder = holder(name(number(lockFile, "dev"), number(lockFile, "ino")));
      return holder > 0 && userOf(holder) == number(lockFile, "uid") ? holder : 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /** Returns who holds a lock on a file, by the kernel's list; 0 if nobody does. */
  private static long holder(String file) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(LOCKS, StandardCharsets.US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = BLANKS.split(line.strip(), -1);
        if (words.length > FILE && words[KIND].equals("POSIX") && words[FILE].equals(file)) {
          return Long.parseLong(words[HOLDER]);
        }
      }
      return 0;
    }
  }

  private static long number(Path file, String attribute) throws IOException {
    var number = (Number) Files.getAttribute(file, "unix:" + attribute, NOFOLLOW);
    return number instanceof Integer small ? Integer.toUnsignedLong(small) : number.longValue();
  }

  /** Returns the name of a file in the kernel's list: the device's two numbers, and its own. */
  private static String name(long device, long inode) {
    long major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000L);
    long minor = (device & 0xff) | (device >> 12 & 0xffff_ff00L);
    return String.format("%02x:%02x:%d", major, minor, inode);
  }

  private static long userOf(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(USER)) {
        return Long.parseLong(line.split("\\s+", -1)[EFFECTIVE_USER]);
      }
    }
    return -1;
  }

  /**
   * Runs an action while no controller holds the lock. Does nothing if one does, or if this user
   * may not find out.
   */
  public static void ifFree(Path lockFile, Runnable action) {
    if (!Files.isRegularFile(lockFile, NOFOLLOW)) {
      return;
    }
    try (FileChannel file =
        FileChannel.open(
            lockFile, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW))) {
      if (tryLock(file) != null) {
        action.run();
      }
    } catch (IOException e) {
      // There is no lock file, or this user may not open it.
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // Held by this very process.
    }
  }
}
