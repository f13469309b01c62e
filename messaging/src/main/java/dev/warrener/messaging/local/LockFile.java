package dev.warrener.messaging.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The lock file of a controller, seen by another program: {@code ID.lock} in the runtime directory.
 * The controller holds a lock on it for as long as it lives. The last line of the file describes
 * the process that holds it, or held it last: {@code ID/NUMBER/PIDNAMESPACE/PID/STARTTICKS}.
 */
public final class LockFile {
  /** Longer files are not read: a lock file has a line for each recent run. */
  private static final long MAXIMUM_BYTES = 1 << 20;

  private static final int PARTS = 5;
  private static final int PID = 3;

  private LockFile() {}

  /** Returns the path of a controller's lock file. */
  public static Path of(Path runtimeDirectory, String controller) {
    return runtimeDirectory.resolve(controller + ".lock");
  }

  /** Returns the process id of the last controller that took the lock; 0 if it is unknown. */
  public static long pid(Path lockFile) {
    try {
      if (Files.size(lockFile) > MAXIMUM_BYTES) {
        return 0;
      }
      long pid = 0;
      for (String line : Files.readAllLines(lockFile)) {
        String[] parts = line.split("/", -1);
        if (parts.length == PARTS) {
          pid = Long.parseLong(parts[PID]);
        }
      }
      return pid;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Runs an action while no controller holds the lock. Does nothing if one does, or if this user
   * may not find out.
   */
  public static void ifFree(Path lockFile, Runnable action) {
    try (FileChannel file =
        FileChannel.open(lockFile, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
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
