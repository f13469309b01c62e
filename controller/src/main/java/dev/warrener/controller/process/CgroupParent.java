package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cgroup that contains the cgroups of a controller's workers. Its name says which run of which
 * controller made it, so that the next run can remove it if this one can't.
 */
final class CgroupParent {
  private static final Logger LOG = LoggerFactory.getLogger(CgroupParent.class);
  private static final String PREFIX = "warrener-";

  /** The name of the kernel's cgroup controller that counts processes and threads. */
  private static final String PIDS = "pids";

  private final Path directory;

  private CgroupParent(Path directory) {
    this.directory = directory;
  }

  /** Makes the cgroup of a run, inside {@code place}. */
  static CgroupParent make(Path place, ControllerRun run) throws IOException {
    return new CgroupParent(Files.createDirectory(place.resolve(name(run))));
  }

  /**
   * Returns the cgroups in which the parent may be made, best first: the one around the
   * controller's own, if the service was given it as a whole (systemd's {@code DelegateSubgroup});
   * the controller's own; the root. Returns none if no cgroup file system of version 2 is mounted.
   */
  static List<Path> places() {
    byte[] mounts = ProcFile.read("/proc/self/mountinfo");
    byte[] memberships = ProcFile.read("/proc/self/cgroup");
    if (mounts == null || memberships == null) {
      return List.of();
    }
    List<Path> places =
        places(
            new String(mounts, StandardCharsets.UTF_8),
            new String(memberships, StandardCharsets.UTF_8));
    var all = new LinkedHashSet<Path>();
    places.stream().map(CgroupParent::serviceAround).flatMap(Optional::stream).forEach(all::add);
    all.addAll(places);
    return List.copyOf(all);
  }

  /**
   * Returns the service's cgroup around the controller's own, if it is writable and has no process
   * of its own.
   */
  private static Optional<Path> serviceAround(Path place) {
    return Optional.ofNullable(place.getParent())
        .filter(around -> around.getFileName() != null)
        .filter(around -> around.getFileName().toString().endsWith(".service"))
        .filter(around -> Files.isWritable(around.resolve("cgroup.procs")) && hasNoProcess(around));
  }

  /** Returns the places by the texts of {@code mountinfo} and {@code cgroup}. */
  static List<Path> places(String mounts, String memberships) {
    String own =
        memberships
            .lines()
            .filter(line -> line.startsWith("0::"))
            .map(line -> line.substring("0::".length()))
            .findFirst()
            .orElse("/");
    Set<Path> places = new LinkedHashSet<>();
    List<Path> roots = new ArrayList<>();
    for (String line : mounts.lines().toList()) {
      String[] fields = line.split(" ");
      int dash = List.of(fields).indexOf("-");
      if (dash < 5 || dash + 1 >= fields.length || !fields[dash + 1].equals("cgroup2")) {
        continue;
      }
      String root = fields[3];
      Path mount = Path.of(fields[4].replace("\\040", " "));
      if (root.equals("/")) {
        places.add(mount.resolve(own.substring(1)).normalize());
      } else if (own.equals(root) || own.startsWith(root + "/")) {
        places.add(mount.resolve(own.substring(root.length()).replaceFirst("^/", "")).normalize());
      }
      roots.add(mount);
    }
    places.addAll(roots);
    return List.copyOf(places);
  }

  /** Returns the cgroups that finished runs of a controller left behind. */
  static List<CgroupParent> leftOvers(String controllerId) {
    var leftOvers = new ArrayList<CgroupParent>();
    for (Path place : places()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(place, PREFIX + "*")) {
        for (Path entry : entries) {
          ControllerRun run = runOf(entry.getFileName().toString());
          if (run != null && run.controllerId().equals(controllerId) && run.isOver()) {
            leftOvers.add(new CgroupParent(entry));
          }
        }
      } catch (NoSuchFileException | AccessDeniedException e) {
        LOG.debug("{} is not readable, so no cgroup of ours can be there: {}", place, e.toString());
      } catch (IOException e) {
        LOG.warn("cgroups of former runs in {} can't be looked for: {}", place, e.toString());
      }
    }
    return leftOvers;
  }

  private static String name(ControllerRun run) {
    return PREFIX + run.toString().replace('/', '@');
  }

  private static @Nullable ControllerRun runOf(String name) {
    return ControllerRun.parse(name.substring(PREFIX.length()).replace('@', '/'));
  }

  /**
   * Makes a cgroup for one worker.
   *
   * @param pids the most processes and threads that it may hold; empty for no limit
   */
  CgroupEnclosure fenceFor(WorkerKey worker, String pids) throws IOException {
    return CgroupEnclosure.make(place(worker), pids);
  }

  /** Returns the cgroup of a worker, whether or not it exists. */
  CgroupEnclosure fenceOf(WorkerKey worker) {
    return CgroupEnclosure.existing(place(worker));
  }

  private Path place(WorkerKey worker) {
    return directory.resolve("worker-" + worker);
  }

  /**
   * Whether the processes in a worker's cgroup can be limited. Enables the kernel's counting of
   * them, if the controller may.
   */
  boolean countsPids() {
    Path place = directory.getParent();
    return place != null && hasPidsBelow(place) && hasPidsBelow(directory);
  }

  private static boolean hasPidsBelow(Path cgroup) {
    Path subtree = cgroup.resolve("cgroup.subtree_control");
    if (words(subtree).contains(PIDS)) {
      return true;
    }
    // Below a cgroup with processes of its own, enabling this would make the kernel refuse workers.
    boolean isRoot = !Files.exists(cgroup.resolve("cgroup.type"));
    if (!words(cgroup.resolve("cgroup.controllers")).contains(PIDS)
        || !(isRoot || hasNoProcess(cgroup))) {
      return false;
    }
    try {
      Files.writeString(subtree, "+" + PIDS);
      return true;
    } catch (IOException e) {
      LOG.debug("processes can't be counted in {}: {}", cgroup, e.toString());
      return false;
    }
  }

  private static boolean hasNoProcess(Path cgroup) {
    return "".equals(text(cgroup.resolve("cgroup.procs")));
  }

  private static List<String> words(Path file) {
    String text = text(file);
    return text == null || text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
  }

  /** Returns the text of a file without blanks around it; null if it can't be read. */
  private static @Nullable String text(Path file) {
    byte[] bytes = ProcFile.readIfPossible(file.toString());
    return bytes == null ? null : new String(bytes, StandardCharsets.US_ASCII).strip();
  }

  /** Returns the parent as one enclosure: killing it kills every worker. */
  CgroupEnclosure whole() {
    return CgroupEnclosure.existing(directory);
  }

  /** The directory of the cgroup. */
  Path directory() {
    return directory;
  }
}
