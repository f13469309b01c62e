package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessLayerException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The small programs that stand between the controller and a worker's first instruction, by their
 * full paths.
 *
 * @param shell a POSIX shell
 * @param setsid starts a program in a session of its own
 * @param setpriv of util-linux, which sets a parent-death signal; null if there is none
 * @param unshare of util-linux, which makes a pid namespace; null if there is none
 * @param nice starts a program that yields the processors; null if there is none
 */
record Programs(
    String shell,
    String setsid,
    @Nullable String setpriv,
    @Nullable String unshare,
    @Nullable String nice) {
  private static final String USUAL_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /**
   * Those of this host.
   *
   * @throws ProcessLayerException if one is missing that can't be done without
   */
  static Programs find() {
    return new Programs(
        require("sh"),
        require("setsid"),
        findOnUsualPath("setpriv"),
        findOnUsualPath("unshare"),
        findOnUsualPath("nice"));
  }

  /** The executable file that a name means on that PATH, or null if there is none. */
  static @Nullable String find(String name, String path) {
    if (name.indexOf('/') >= 0) {
      return isExecutable(name) ? name : null;
    }
    for (String directory : path.split(":", -1)) {
      String file = (directory.isEmpty() ? "." : directory) + "/" + name;
      if (isExecutable(file)) {
        return file;
      }
    }
    return null;
  }

  /** The controller's own PATH, or the usual one if it has none. */
  static String ownPath() {
    String path = System.getenv("PATH");
    return path == null || path.isEmpty() ? USUAL_PATH : path;
  }

  private static String require(String name) {
    String program = findOnUsualPath(name);
    if (program == null) {
      throw new ProcessLayerException(
          "the program '" + name + "' isn't on the PATH: install the package util-linux");
    }
    return program;
  }

  private static @Nullable String findOnUsualPath(String name) {
    return find(name, ownPath() + ":" + USUAL_PATH);
  }

  private static boolean isExecutable(String file) {
    try {
      Path path = Path.of(file);
      return Files.isRegularFile(path) && Files.isExecutable(path);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
