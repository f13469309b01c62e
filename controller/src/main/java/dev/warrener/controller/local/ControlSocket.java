package dev.warrener.controller.local;

import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.PrivateDirectory;
import dev.warrener.controller.process.linux.UnixSockets;
import dev.warrener.controller.process.linux.Users;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket under a name in the file system, of mode 0660 in a folder of mode 0750. It
 * gets its name only when it listens already, so a socket that refuses a connection belongs to a
 * dead controller.
 */
final class ControlSocket {
  private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
  private static final String FOLDER_MODE = "rwxr-x---";
  private static final String SOCKET_MODE = "rw-rw----";

  /** The most connections that wait to be accepted: a client that comes later waits for room. */
  private static final int BACKLOG = 128;

  private final Path path;
  private final int descriptor;

  /** Tells it from whatever else may get its name. The number stays taken while it listens. */
  private final Object inode;

  private ControlSocket(Path path, int descriptor, Object inode) {
    this.path = path;
    this.descriptor = descriptor;
    this.inode = inode;
  }

  private static Object inodeOf(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Makes the socket, in place of that of a dead controller with the same id.
   *
   * @throws ConfigurationException if it can't be made
   */
  static ControlSocket listen(Path socket) {
    var fresh = socket.resolveSibling(socket.getFileName() + ".new");
    if (fresh.toString().getBytes(StandardCharsets.UTF_8).length > UnixSockets.LONGEST_PATH) {
      throw new ConfigurationException(
          "the path of the control socket "
              + fresh
              + " is too long: choose a shorter runtime-directory");
    }
    try {
      PrivateDirectory.make(socket.resolve("..").normalize());
      // Whatever the umask was: the group may come in.
      Files.setPosixFilePermissions(
          socket.resolve("..").normalize(), PosixFilePermissions.fromString(FOLDER_MODE));
      Files.deleteIfExists(fresh);
      int descriptor = UnixSockets.bind(fresh);
      try {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(SOCKET_MODE));
        UnixSockets.listen(descriptor, BACKLOG);
        Object inode = inodeOf(fresh);
        Files.move(
            fresh, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new ControlSocket(socket, descriptor, inode);
      } catch (IOException e) {
        Kernel.close(descriptor);
        throw e;
      }
    } catch (IOException e) {
      throw new ConfigurationException(
          "the control socket "
              + socket
              + " can't be made ("
              + e.getMessage()
              + "): make its directory writable for this user alone, or choose another"
              + " runtime-directory",
          e);
    }
  }

  /** Waits for a connection. Returns its descriptor, or a negative error number. */
  int accept() {
    return UnixSockets.accept(descriptor);
  }

  /**
   * Whether a user may give orders. The kernel checks modes when somebody connects, but somebody
   * may have opened them up.
   */
  boolean admits(long uid) throws IOException {
    return uid == Users.self()
        || uid == Users.ROOT
        || !(isFor(path, PosixFilePermission.OTHERS_WRITE)
            || isFor(path.resolve("..").normalize(), PosixFilePermission.OTHERS_EXECUTE));
  }

  private static boolean isFor(Path path, PosixFilePermission permission) throws IOException {
    return Files.getPosixFilePermissions(path).contains(permission);
  }

  /** Whether whoever looks for this socket by its name still finds it, and nothing else. */
  boolean isInPlace() {
    try {
      return inode.equals(inodeOf(path));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns a socket that takes over the name, whatever has it. This one is then to be ended. */
  ControlSocket again() {
    return listen(path);
  }

  /** Wakes whoever waits in {@link #accept}. Leaves the name, which another socket has. */
  void end() {
    UnixSockets.shutDown(descriptor);
  }

  /** Wakes whoever waits in {@link #accept}, and removes the name. */
  void shutDown() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("removing the control socket: {}", e.toString());
    }
    end();
  }

  /** Closes the descriptor; when nobody waits in {@link #accept} any more. */
  void close() {
    Kernel.close(descriptor);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
