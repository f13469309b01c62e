package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ProcessLayerException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The small programs that run between the controller and a worker's first instruction, by their
 * full paths.
 *
 * @param shell a POSIX shell
 * @param setsid starts a program in a session of its own
 * @param setpriv of util-linux, sets a parent-death signal; null if there is none
 * @param unshare of util-linux, makes a pid namespace; null if there is none
 * @param nice starts a program at a lower priority; null if there is none
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
   * Finds the programs of this host.
   *
   * @throws ProcessLayerException if an indispensable one is missing
   */
  static Programs find() {
    return new Programs(
        require("sh"),
        require("setsid"),
        findOnUsualPath("setpriv"),
        findOnUsualPath("unshare"),
        findOnUsualPath("nice"));
  }

  /** Returns the executable file that a name stands for on a PATH, or null if there is none. */
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

  /** Returns the controller's own PATH, or the usual one if it has none. */
  static String ownPath() {
    String path = System.getenv("PATH");
    return path == null || path.isEmpty() ? USUAL_PATH : path;
  }

  private static String require(String name) {
    String program = findOnUsualPath(name);
    if (program == null) {
      throw new ProcessLayerException(
          "the program '" + name + "' is not on the PATH: install the package util-linux");
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
