package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cgroup (version 2) of one worker. Used by one thread at a time. */
final class CgroupEnclosure implements Enclosure {
  private static final Logger LOG = LoggerFactory.getLogger(CgroupEnclosure.class);
  private static final byte[] KILL = {'1'};

  /** The suffix that the kernel appends to the name of a removed cgroup. */
  private static final String DELETED = " \\(deleted\\)$";

  private final Path directory;

  /**
   * The last two names of the directory. They are unique; the names before them depend on how the
   * file system is mounted.
   */
  private final String name;

  private final String killSwitch;

  private boolean removed;

  private CgroupEnclosure(Path directory) {
    this.directory = directory;
    this.killSwitch = directory.resolve("cgroup.kill").toString();
    int names = directory.getNameCount();
    this.name = "/" + directory.subpath(Math.max(0, names - 2), names) + "/";
  }

  /**
   * Makes a cgroup.
   *
   * @param pids the most processes and threads that it may hold; empty for no limit
   */
  static CgroupEnclosure make(Path directory, String pids) throws IOException {
    Files.createDirectory(directory);
    if (!pids.isEmpty()) {
      Files.writeString(directory.resolve("pids.max"), pids);
    }
    return new CgroupEnclosure(directory);
  }

  /** Returns the enclosure of a cgroup that exists already. */
  static CgroupEnclosure existing(Path directory) {
    return new CgroupEnclosure(directory);
  }

  /** The file into which a process writes 0 to enter the cgroup. */
  String entrance() {
    return directory.resolve("cgroup.procs").toString();
  }

  @Override
  public @Nullable String kill() {
    try {
      // Without the file the cgroup is empty and was removed already, or it never could be killed.
      if (ProcFile.write(killSwitch, KILL) || Files.notExists(directory)) {
        return null;
      }
      return "the cgroup " + directory + " can't be killed: the kernel has no cgroup.kill there";
    } catch (UnreadableException e) {
      return "the cgroup can't be killed: " + e.getMessage();
    }
  }

  @Override
  public boolean isEmpty() {
    if (!removed) {
      // The kernel removes a cgroup only if neither a process nor another cgroup is inside.
      removed = removeAlone() || (isUnpopulated() && removeWithInner());
    }
    return removed;
  }

  @Override
  public boolean isProven() {
    return removed;
  }

  @Override
  public List<Long> members() {
    byte[] pids = ProcFile.readIfPossible(entrance());
    return pids == null
        ? List.of()
        : new String(pids, StandardCharsets.US_ASCII).lines().map(Long::valueOf).toList();
  }

  /**
   * Whether a process, dead or alive, is inside; also true if the process is gone.
   *
   * @throws UnreadableException if nobody can tell
   */
  boolean holds(long pid) {
    byte[] memberships = ProcFile.read(pid, "cgroup");
    return memberships == null || holds(new String(memberships, StandardCharsets.UTF_8));
  }

  /** Whether a process is inside, by the text of its file {@code cgroup}. */
  boolean holds(String memberships) {
    return memberships
        .lines()
        .filter(line -> line.startsWith("0::"))
        .map(line -> line.replaceFirst(DELETED, "") + "/")
        .anyMatch(line -> line.contains(name));
  }

  private boolean isUnpopulated() {
    byte @Nullable [] events = ProcFile.read(directory.resolve("cgroup.events").toString());
    if (events == null) {
      return Files.notExists(directory);
    }
    return new String(events, StandardCharsets.US_ASCII).lines().anyMatch("populated 0"::equals);
  }

  private boolean removeAlone() {
    try {
      Files.delete(directory);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Removes the cgroup, after the cgroups that the worker has made inside it. */
  private boolean removeWithInner() {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              // Files in a cgroup belong to the kernel and vanish with it.
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
      return true;
    } catch (NoSuchFileException e) {
      return Files.notExists(directory);
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (IOException e) {
      // EBUSY: a process has entered again, or is still leaving.
      LOG.debug("the cgroup {} can't be removed yet: {}", directory, e.toString());
      return false;
    }
  }
}
