package dev.warrener.messaging.local;

import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

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

  /** The names of control sockets. */
  static final String PATTERN = "*" + BETWEEN + "*" + SUFFIX;

  /** Longer names are shortened: a socket's whole path may have 107 bytes. */
  private static final int LONGEST_NAME = 24;

  private static final int HASH = 8;

  private LocalSockets() {}

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

  /** Whether a socket has the name of a controller's. */
  public static boolean isOf(Path socket, String namespace, String controller) {
    return String.valueOf(socket.getFileName())
        .equals(shortened(controller) + BETWEEN + shortened(namespace) + SUFFIX);
  }

  /**
   * Returns the process of the controller that listens on a socket: the one that holds its lock, as
   * the kernel says; 0 if it can't be seen.
   */
  public static long pidOf(Path socket) {
    return lockOf(socket).map(LockFile::holder).orElse(0L);
  }

  private static Optional<Path> lockOf(Path socket) {
    return Optional.ofNullable(socket.getParent())
        .map(Path::getParent)
        .map(directory -> LockFile.of(directory, controllerOf(socket)));
  }

  /** Whether a variable of the environment names the one runtime directory to use. */
  public static boolean isChosen(Map<String, String> environment) {
    return !environment.getOrDefault(RUNTIME_DIRECTORY, "").isEmpty();
  }

  /**
   * Returns the runtime directories that controllers of this host may use, whichever user runs
   * them.
   */
  public static List<Path> runtimeDirectories(Map<String, String> environment) {
    if (isChosen(environment)) {
      return List.of(Path.of(environment.getOrDefault(RUNTIME_DIRECTORY, "")));
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

  /**
   * Removes the socket of a dead controller of this user, that is, one whose lock nobody holds.
   * Another user's sockets are left: they do no harm.
   */
  public static void removeIfDead(Path socket) {
    try {
      if (!LocalUsers.ownerOf(socket).equals(LocalUsers.self())) {
        return;
      }
    } catch (IOException e) {
      return;
    }
    lockOf(socket)
        .ifPresent(lock ->
            LockFile.ifFree(
                lock,
                () -> {
                  try {
                    Files.deleteIfExists(socket);
                  } catch (IOException e) {
                    // It does no harm.
                  }
                }));
  }
}
