package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One run of a controller: its id, a random number that no other run has, and its process. Worker
 * processes carry it, so that what a dead controller left behind can be recognised, and processes
 * of a living one are left alone.
 *
 * @param controllerId the controller's id
 * @param number random, from 1 to 2147483647
 * @param pidNamespace the inode of the pid namespace in which {@code pid} counts
 * @param pid the controller's process id
 * @param startTicks when that process started: field 22 of the kernel's stat
 */
public record ControllerRun(
    String controllerId, int number, long pidNamespace, long pid, long startTicks) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern NAMESPACE_LINK = Pattern.compile("pid:\\[(\\d+)]");
  private static final Pattern TEXT = Pattern.compile("([^/]+)/(\\d+)/(\\d+)/(\\d+)/(\\d+)");

  /** Checks that the number is positive, and that the id can be part of a file's name. */
  public ControllerRun {
    if (number < 1) {
      throw new IllegalArgumentException("the number of a run is at least 1, not " + number);
    }
    if (!ID.matcher(controllerId).matches()) {
      throw new IllegalArgumentException(
          "a controller's id has 1 to 128 letters, digits, dots, dashes and underscores and begins"
              + " with a letter or digit, not: "
              + controllerId);
    }
  }

  /**
   * Returns a new run of a controller, in this process.
   *
   * @throws ProcessLayerException if this host has no {@code /proc}
   */
  public static ControllerRun begin(String controllerId) {
    try {
      requireOwnProc(Files.readSymbolicLink(Path.of("/proc/self")).toString());
      Stat self = Objects.requireNonNull(Stat.of(ProcessHandle.current().pid()));
      return new ControllerRun(
          controllerId,
          RANDOM.nextInt(Integer.MAX_VALUE) + 1,
          ownPidNamespace(),
          self.id().pid(),
          self.id().startTicks());
    } catch (IOException | UnreadableException e) {
      throw new ProcessLayerException(
          "worker processes can be kept only where /proc is mounted and readable: run on Linux,"
              + " with /proc ("
              + e
              + ")",
          e);
    }
  }

  /** In the {@code /proc} of another PID namespace every number means another process. */
  private static void requireOwnProc(String self) {
    String here = Long.toString(ProcessHandle.current().pid());
    if (!self.equals(here)) {
      throw new ProcessLayerException(
          "/proc belongs to another PID namespace: this process is "
              + here
              + " and "
              + self
              + " there, so no worker's death could be seen; mount /proc in the controller's own"
              + " namespace (for example unshare --mount-proc)");
    }
  }

  /** Reads a run from the text of {@link #toString}; returns null if the text is none. */
  static @Nullable ControllerRun parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    try {
      return new ControllerRun(
          matcher.group(1),
          Integer.parseInt(matcher.group(2)),
          Long.parseLong(matcher.group(3)),
          Long.parseLong(matcher.group(4)),
          Long.parseLong(matcher.group(5)));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Whether this run is certainly over. A run in another pid namespace can't be judged from here
   * and counts as alive, like one that can't be looked at.
   */
  boolean isOver() {
    try {
      return pidNamespace == ownPidNamespace() && !Stat.isAlive(new ProcessId(pid, startTicks));
    } catch (IOException | UnreadableException e) {
      return false;
    }
  }

  /** The id and the four numbers, separated by slashes. */
  @Override
  public String toString() {
    return controllerId + "/" + number + "/" + pidNamespace + "/" + pid + "/" + startTicks;
  }

  private static long ownPidNamespace() throws IOException {
    String text = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    Matcher link = NAMESPACE_LINK.matcher(text);
    if (!link.matches()) {
      throw new IOException("/proc/self/ns/pid is not the name of a PID namespace: " + text);
    }
    return Long.parseLong(link.group(1));
  }
}
