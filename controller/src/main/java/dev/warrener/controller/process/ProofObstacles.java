package dev.warrener.controller.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The features of this host that keep the kernel from proving the deaths of workers, as far as the
 * kernel itself tells. Used only where neither cgroups nor PID namespaces work.
 *
 * @param hasUnshare whether the program {@code unshare} is on the PATH
 * @param isRoot whether the controller runs as root, which needs no user namespace
 * @param isFiltered whether a seccomp filter is on the controller's process
 * @param allowsUserNamespaces whether the host's limit on user namespaces is above 0
 * @param allowsUnprivileged whether the host lets other users than root make user namespaces
 * @param isRestrictedByAppArmor whether AppArmor keeps user namespaces from programs without a
 *     profile
 */
record ProofObstacles(
    boolean hasUnshare,
    boolean isRoot,
    boolean isFiltered,
    boolean allowsUserNamespaces,
    boolean allowsUnprivileged,
    boolean isRestrictedByAppArmor) {
  private static final Path SETTINGS = Path.of("/proc/sys");

  /** Looks at this process and its host. */
  static ProofObstacles look() {
    String status = read(Path.of("/proc/self/status"));
    return new ProofObstacles(
        Programs.find().unshare() != null,
        word(status, "Uid:", 1).equals("0"),
        word(status, "Seccomp:", 0).equals("2"),
        !setting("user/max_user_namespaces").equals("0"),
        !setting("kernel/unprivileged_userns_clone").equals("0"),
        setting("kernel/apparmor_restrict_unprivileged_userns").equals("1"));
  }

  /** Returns why no death is proven with a choice of containment, and what would change that. */
  String sentence(ContainmentChoice choice) {
    if (choice == ContainmentChoice.SUBREAPER) {
      return "the setting containment is subreaper: set it to auto";
    }
    var obstacles = new ArrayList<String>();
    if (!hasUnshare) {
      obstacles.add("the program unshare is not on the PATH: install util-linux");
    }
    if (!allowsUserNamespaces) {
      obstacles.add("the host allows no user namespaces: set user.max_user_namespaces above 0");
    }
    if (!isRoot && !allowsUnprivileged) {
      obstacles.add(
          "the host allows user namespaces to root alone: set kernel.unprivileged_userns_clone to"
              + " 1");
    }
    if (isFiltered) {
      obstacles.add(
          "a seccomp filter forbids PID namespaces: start the container with"
              + " docker/warrener/seccomp.json as its seccomp profile");
    }
    if (!isRoot && isRestrictedByAppArmor) {
      obstacles.add(
          "AppArmor keeps user namespaces from programs without a profile: give the controller a"
              + " profile with userns, or a cgroup of its own (Delegate=yes)");
    }
    if (obstacles.isEmpty()) {
      obstacles.add(
          "neither a cgroup nor a PID namespace can be made: give the controller a cgroup of its"
              + " own (Delegate=yes), or allow it user namespaces");
    }
    return String.join("; ", obstacles) + " (docs/containment.md)";
  }

  private static String setting(String name) {
    return read(SETTINGS.resolve(name)).strip();
  }

  /** Returns a word of the line that starts with a label, or nothing. */
  private static String word(String status, String label, int index) {
    return status
        .lines()
        .filter(line -> line.startsWith(label))
        .map(line -> List.of(line.substring(label.length()).strip().split("\\s+", -1)))
        .filter(words -> words.size() > index)
        .map(words -> words.get(index))
        .findFirst()
        .orElse("");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      // The kernel has no such setting, or a container hides it.
      return "";
    }
  }
}
