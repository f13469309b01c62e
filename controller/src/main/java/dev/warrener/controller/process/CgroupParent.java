package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
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
 * The cgroup that holds those of a controller's workers. Its name says which run of which
 * controller made it, so that the next run can remove it if this one can't.
 */
final class CgroupParent {
  private static final Logger LOG = LoggerFactory.getLogger(CgroupParent.class);
  private static final String PREFIX = "warrener-";

  /** The controller of the kernel that counts processes and threads. */
  private static final String PIDS = "pids";

  private final Path directory;

  private CgroupParent(Path directory) {
    this.directory = directory;
  }

  /** Makes one for that run, inside {@code place}. */
  static CgroupParent make(Path place, ControllerRun run) throws IOException {
    return new CgroupParent(Files.createDirectory(place.resolve(name(run))));
  }

  /**
   * Where there may be room for one, best first: beside the controller's own cgroup, if that lies
   * in one that was given to its service as a whole (systemd's {@code DelegateSubgroup}); its own;
   * the root. None if no cgroup file system of version 2 is mounted.
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

  /** The cgroup of the service around that one: ours, and without a process of its own. */
  private static Optional<Path> serviceAround(Path place) {
    return Optional.ofNullable(place.getParent())
        .filter(around -> around.getFileName() != null)
        .filter(around -> around.getFileName().toString().endsWith(".service"))
        .filter(around -> Files.isWritable(around.resolve("cgroup.procs")) && hasNoProcess(around));
  }

  /** The same from the text of {@code mountinfo} and {@code cgroup}. */
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

  /** Those that runs of that controller made which are over. */
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
      } catch (IOException e) {
        LOG.debug("{} isn't readable, so nothing of ours can be there: {}", place, e.toString());
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
   * A cgroup inside for one worker.
   *
   * @param pids how many processes and threads it may hold; empty for no limit
   */
  CgroupEnclosure fenceFor(WorkerKey worker, String pids) throws IOException {
    return CgroupEnclosure.make(directory.resolve("worker-" + worker), pids);
  }

  /** Whether the number of processes in a worker's cgroup can be limited; sees to it, if it may. */
  boolean countsPids() {
    Path place = directory.getParent();
    return place != null && hasPidsBelow(place) && hasPidsBelow(directory);
  }

  private static boolean hasPidsBelow(Path cgroup) {
    Path subtree = cgroup.resolve("cgroup.subtree_control");
    if (words(subtree).contains(PIDS)) {
      return true;
    }
    // In a cgroup with processes of its own the kernel would make those below unfit for workers.
    boolean isRoot = !Files.exists(cgroup.resolve("cgroup.type"));
    if (!words(cgroup.resolve("cgroup.controllers")).contains(PIDS)
        || !(isRoot || hasNoProcess(cgroup))) {
      return false;
    }
    try {
      Files.writeString(subtree, "+" + PIDS);
      return true;
    } catch (IOException e) {
      LOG.debug("{} can't be made to count processes: {}", cgroup, e.toString());
      return false;
    }
  }

  private static boolean hasNoProcess(Path cgroup) {
    return words(cgroup.resolve("cgroup.procs")).isEmpty();
  }

  private static List<String> words(Path file) {
    byte[] bytes = ProcFile.read(file.toString());
    String text = bytes == null ? "" : new String(bytes, StandardCharsets.US_ASCII).strip();
    return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
  }

  /** All of it as one fence: killing it kills every worker. */
  CgroupEnclosure whole() {
    return CgroupEnclosure.existing(directory);
  }

  /** Where it is. */
  Path directory() {
    return directory;
  }
}
