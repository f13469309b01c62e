package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.PrivateDirectory;
import dev.warrener.controller.process.linux.ProcessLayerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to be the controller with an id on this host: a locked file, released by
 * {@link #close} and by the death of the process. The file also lists earlier runs whose left-over
 * processes have not been looked for yet. Thread-safe.
 */
public final class ControllerLock implements AutoCloseable {
  private static final int MAXIMUM_BYTES = 1 << 20;

  private final Path directory;
  private final ControllerRun run;
  private final List<ControllerRun> formerRuns;
  private final FileChannel file;

  private ControllerLock(
      Path directory, ControllerRun run, List<ControllerRun> formerRuns, FileChannel file) {
    this.directory = directory;
    this.run = run;
    this.formerRuns = formerRuns;
    this.file = file;
  }

  /**
   * Acquires the lock in a runtime directory, which is created if it does not exist.
   *
   * @throws ProcessLayerException if a living controller has it, or the directory can't be written
   *     or could be written by another user; the message names it and says what to do
   */
  public static ControllerLock acquire(String controllerId, Path directory) {
    ControllerRun run = ControllerRun.begin(controllerId);
    Path path = directory.resolve(controllerId + ".lock");
    FileChannel file = null;
    try {
      PrivateDirectory.make(directory);
      file = open(path);
      if (tryLock(file) == null) {
        throw taken(controllerId, read(file));
      }
      List<ControllerRun> formerRuns = read(file);
      var lock = new ControllerLock(directory, run, formerRuns, file);
      lock.write(formerRuns);
      return lock;
    } catch (IOException e) {
      closeQuietly(file);
      throw new ProcessLayerException(
          "the lock file "
              + path
              + " can't be written ("
              + (e instanceof FileSystemException ? e.toString() : e.getMessage())
              + "): make its directory writable for this user alone, or choose another"
              + " runtime-directory",
          e);
    } catch (RuntimeException e) {
      closeQuietly(file);
      throw e;
    }
  }

  private static FileChannel open(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      PrivateDirectory.checkFile(path);
    }
    return FileChannel.open(
        path,
        Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** The directory of the lock. */
  public Path directory() {
    return directory;
  }

  /** The run that begins with this lock; give it to {@link ProcessSettings}. */
  public ControllerRun run() {
    return run;
  }

  /** The earlier runs of this controller whose processes may still exist. */
  List<ControllerRun> formerRuns() {
    return formerRuns;
  }

  /** Removes the earlier runs from the file: none of their processes is left. */
  void forgetFormerRuns() {
    try {
      write(List.of());
    } catch (IOException e) {
      throw new ProcessLayerException("the lock file of " + run + " can't be written", e);
    }
  }

  /** Releases the lock. A second call does nothing. */
  @Override
  public void close() {
    closeQuietly(file);
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // Held by this very process.
    }
  }

  private static ProcessLayerException taken(String controllerId, List<ControllerRun> runs) {
    String who = runs.isEmpty() ? "" : " (process " + runs.getLast().pid() + ")";
    return new ProcessLayerException(
        "a controller with the id "
            + controllerId
            + " runs on this host already"
            + who
            + ": stop it, or give this one another --id");
  }

  private static List<ControllerRun> read(FileChannel file) throws IOException {
    var bytes = ByteBuffer.allocate((int) Math.min(file.size(), MAXIMUM_BYTES));
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = file.read(bytes, bytes.position());
    }
    List<ControllerRun> runs = new ArrayList<>();
    String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    for (String line : text.lines().toList()) {
      ControllerRun run = ControllerRun.parse(line);
      if (run != null) {
        runs.add(run);
      }
    }
    return runs;
  }

  /** Writes the earlier runs and then this one, a line for each. */
  private void write(List<ControllerRun> former) throws IOException {
    var text = new StringBuilder();
    former.forEach(each -> text.append(each).append('\n'));
    text.append(run).append('\n');
    var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    file.truncate(0);
    while (bytes.hasRemaining()) {
      file.write(bytes, bytes.position());
    }
  }

  private static void closeQuietly(@Nullable FileChannel file) {
    if (file == null) {
      return;
    }
    try {
      file.close();
    } catch (IOException e) {
      // The kernel releases the lock when the process ends.
      return;
    }
  }
}
