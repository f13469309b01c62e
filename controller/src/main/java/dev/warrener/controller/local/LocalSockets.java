package dev.warrener.controller.local;

import dev.warrener.controller.audit.Sha256;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Where the control sockets of a host's controllers are: in the folder {@code control} of each
 * runtime directory, one for each controller, {@code ID@NAMESPACE.socket}.
 */
public final class LocalSockets {
  /** The variable that names the one runtime directory to use, for controllers and commands. */
  public static final String RUNTIME_DIRECTORY = "WARRENER_RUNTIME_DIRECTORY";

  private static final String FOLDER = "control";
  private static final String SUFFIX = ".socket";

  private static final char BETWEEN = '@';

  /** Longer names are shortened: a socket's whole path may have 107 bytes. */
  private static final int LONGEST_NAME = 24;

  private static final int HASH = 8;

  private LocalSockets() {}

  /**
   * The sockets that were found.
   *
   * @param sockets those that may be tried
   * @param closed folders that may have some, and that this user may not look into
   */
  public record Found(List<Path> sockets, List<Path> closed) {}

  static Path folder(Path runtimeDirectory) {
    return runtimeDirectory.resolve(FOLDER);
  }

  static Path socket(Path runtimeDirectory, Namespace namespace, String controller) {
    return folder(runtimeDirectory)
        .resolve(shortened(controller) + BETWEEN + shortened(namespace.name()) + SUFFIX);
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, LONGEST_NAME - HASH - 1)
            + "-"
            + Sha256.hex(name.getBytes(StandardCharsets.UTF_8)).substring(0, HASH);
  }

  /** The controller's id as its socket's name tells it; a long one is shortened there. */
  public static String controllerOf(Path socket) {
    var name = String.valueOf(socket.getFileName());
    return name.substring(0, name.lastIndexOf(BETWEEN));
  }

  /** The namespace as the socket's name tells it; a long one is shortened there. */
  public static String namespaceOf(Path socket) {
    var name = String.valueOf(socket.getFileName());
    return name.substring(name.lastIndexOf(BETWEEN) + 1, name.length() - SUFFIX.length());
  }

  /** Whether a socket is that of a controller of that fleet. */
  public static boolean isOf(Path socket, Namespace namespace) {
    return namespaceOf(socket).equals(shortened(namespace.name()));
  }

  /**
   * The process id of the controller that listens there, as its lock says; 0 if that is unknown.
   */
  public static long pidOf(Path socket) {
    var folder = socket.getParent();
    var directory = folder == null ? null : folder.getParent();
    return directory == null ? 0 : ControllerLock.pidOf(controllerOf(socket), directory);
  }

  /** The runtime directories that controllers of this host use, of whichever user. */
  public static List<Path> runtimeDirectories(Map<String, String> environment) {
    var chosen = environment.getOrDefault(RUNTIME_DIRECTORY, "");
    if (!chosen.isEmpty()) {
      return List.of(Path.of(chosen));
    }
    var directories = new LinkedHashSet<Path>();
    directories.add(ControllerLock.defaultDirectory());
    directories.add(Path.of("/run/warrener"));
    for (var home : list(Path.of("/run/user"), "*")) {
      directories.add(home.resolve("warrener"));
    }
    directories.addAll(list(Path.of(System.getProperty("java.io.tmpdir")), "warrener-*"));
    directories.addAll(list(Path.of("/tmp"), "warrener-*"));
    return List.copyOf(directories);
  }

  private static List<Path> list(Path directory, String glob) {
    var found = new ArrayList<Path>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
      entries.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      return found;
    }
    found.sort(null);
    return found;
  }

  /** Looks for control sockets. */
  public static Found find(List<Path> runtimeDirectories) {
    var sockets = new ArrayList<Path>();
    var closed = new ArrayList<Path>();
    for (var directory : runtimeDirectories) {
      var folder = folder(directory);
      try (DirectoryStream<Path> entries =
          Files.newDirectoryStream(folder, "*" + BETWEEN + "*" + SUFFIX)) {
        entries.forEach(sockets::add);
      } catch (NoSuchFileException | NotDirectoryException e) {
        // No controller has run there.
      } catch (IOException | DirectoryIteratorException e) {
        closed.add(folder);
      }
    }
    sockets.sort(null);
    return new Found(List.copyOf(sockets), List.copyOf(closed));
  }

  /** Removes the socket of a controller that is dead: nobody has its lock. */
  public static void removeIfDead(Path socket) {
    var folder = socket.getParent();
    var directory = folder == null ? null : folder.getParent();
    if (directory != null) {
      ControllerLock.ifFree(
          controllerOf(socket),
          directory,
          () -> {
            try {
              Files.deleteIfExists(socket);
            } catch (IOException e) {
              // It is not ours to remove; it does no harm.
            }
          });
    }
  }
}
