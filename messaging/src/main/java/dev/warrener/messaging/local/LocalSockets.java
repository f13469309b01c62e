package dev.warrener.messaging.local;

import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Locates the control sockets of a host's controllers. Each controller has one, in the folder
 * {@code control} of its runtime directory: {@code ID@NAMESPACE.socket}.
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
   * The control sockets of a host.
   *
   * @param sockets the sockets that this user may try
   * @param closed folders that this user may not look into, and which may hold more sockets
   */
  public record Found(List<Path> sockets, List<Path> closed) {}

  /** Returns the folder of a runtime directory that holds the control sockets. */
  public static Path folder(Path runtimeDirectory) {
    return runtimeDirectory.resolve(FOLDER);
  }

  /** Returns the path of a controller's control socket. */
  public static Path socket(Path runtimeDirectory, Namespace namespace, String controller) {
    return folder(runtimeDirectory)
        .resolve(shortened(controller) + BETWEEN + shortened(namespace.name()) + SUFFIX);
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, LONGEST_NAME - HASH - 1) + "-" + sha256(name).substring(0, HASH);
  }

  private static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Returns the controller's id by its socket's name, in which a long id is shortened. */
  public static String controllerOf(Path socket) {
    var name = String.valueOf(socket.getFileName());
    return name.substring(0, name.lastIndexOf(BETWEEN));
  }

  /** Returns the namespace by the socket's name, in which a long namespace is shortened. */
  public static String namespaceOf(Path socket) {
    var name = String.valueOf(socket.getFileName());
    return name.substring(name.lastIndexOf(BETWEEN) + 1, name.length() - SUFFIX.length());
  }

  /** Whether a socket belongs to a controller of the fleet with this namespace. */
  public static boolean isOf(Path socket, Namespace namespace) {
    return namespaceOf(socket).equals(shortened(namespace.name()));
  }

  /**
   * Returns the process id of the controller that listens on a socket, by its lock file; 0 if it is
   * unknown.
   */
  public static long pidOf(Path socket) {
    var folder = socket.getParent();
    var directory = folder == null ? null : folder.getParent();
    return directory == null ? 0 : LockFile.pid(LockFile.of(directory, controllerOf(socket)));
  }

  /**
   * Returns the runtime directories that controllers of this host may use, whichever user runs
   * them.
   */
  public static List<Path> runtimeDirectories(Map<String, String> environment) {
    var chosen = environment.getOrDefault(RUNTIME_DIRECTORY, "");
    if (!chosen.isEmpty()) {
      return List.of(Path.of(chosen));
    }
    var directories = new LinkedHashSet<Path>();
    directories.add(defaultDirectory());
    directories.add(Path.of("/run/warrener"));
    for (var home : list(Path.of("/run/user"), "*")) {
      directories.add(home.resolve("warrener"));
    }
    directories.addAll(list(Path.of(System.getProperty("java.io.tmpdir")), "warrener-*"));
    directories.addAll(list(Path.of("/tmp"), "warrener-*"));
    return List.copyOf(directories);
  }

  /**
   * Returns the runtime directory that a controller of this user uses by default: {@code
   * $XDG_RUNTIME_DIR/warrener}; without that variable {@code /run/warrener} if the user may write
   * there; else {@code warrener-USER} in the temporary directory.
   */
  public static Path defaultDirectory() {
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isEmpty()) {
      return Path.of(runtime, "warrener");
    }
    Path system = Path.of("/run");
    if (Files.isWritable(system)) {
      return system.resolve("warrener");
    }
    String user = Objects.requireNonNullElse(System.getProperty("user.name"), "");
    return Path.of(System.getProperty("java.io.tmpdir"), "warrener-" + user);
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

  /** Finds the control sockets in some runtime directories. */
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

  /** Removes the socket of a dead controller, that is, one whose lock nobody holds. */
  public static void removeIfDead(Path socket) {
    var folder = socket.getParent();
    var directory = folder == null ? null : folder.getParent();
    if (directory != null) {
      LockFile.ifFree(
          LockFile.of(directory, controllerOf(socket)),
          () -> {
            try {
              Files.deleteIfExists(socket);
            } catch (IOException e) {
              // Another user's socket; it does no harm.
            }
          });
    }
  }
}
