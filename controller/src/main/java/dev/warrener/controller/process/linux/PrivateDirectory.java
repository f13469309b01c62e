package dev.warrener.controller.process.linux;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/**
 * A directory in which nobody but this user and root can make, replace or remove anything. In the
 * temporary folder another user may have made a directory of that name first, or a link.
 */
public final class PrivateDirectory {
  /** The mode of a directory that is made: its user's; its group may look. */
  private static final String MODE = "rwxr-x---";

  private static final int GROUP_MAY_WRITE = 0020;
  private static final int OTHERS_MAY_WRITE = 0002;

  private PrivateDirectory() {}

  /**
   * Makes a directory, and its parents, or checks the one that is there. A directory of this user's
   * that its group may write to is closed to the group.
   *
   * @throws IOException if it can't be made, or is not a directory, or another user could write to
   *     it; the message says which, and what to do
   */
  public static void make(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath();
    if (absolute.getParent() != null) {
      Files.createDirectories(absolute.getParent());
    }
    try {
      Files.createDirectory(
          absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
    } catch (FileAlreadyExistsException e) {
      // Whoever made it: the check follows.
    }
    check(absolute);
  }

  private static void check(Path directory) throws IOException {
    if (Files.isSymbolicLink(directory)) {
      throw new IOException(directory + " is a symbolic link: name the directory itself");
    }
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(directory + " is no directory: remove it, or choose another");
    }
    long owner = ownerOf(directory);
    int mode = (Integer) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    long self = Users.self();
    if (owner != self && owner != Users.ROOT) {
      throw new IOException(
          directory
              + " belongs to user "
              + Users.name(owner)
              + ", who could replace what is in it: choose another directory");
    }
    if ((mode & OTHERS_MAY_WRITE) != 0) {
      throw new IOException(
          directory
              + " can be written by every user, who could replace what is in it: choose a"
              + " directory inside it, or forbid that (chmod o-w)");
    }
    if ((mode & GROUP_MAY_WRITE) != 0 && owner == self) {
      var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(directory));
      permissions.remove(PosixFilePermission.GROUP_WRITE);
      Files.setPosixFilePermissions(directory, permissions);
    }
  }

  /**
   * Ensures that a file in such a directory is this user's own and no way to another file.
   *
   * @throws IOException if it is a link, a pipe or a device, has another name elsewhere, or belongs
   *     to another user
   */
  public static void checkFile(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is no ordinary file: remove it");
    }
    long owner = ownerOf(file);
    if (owner != Users.self() && owner != Users.ROOT) {
      throw new IOException(file + " belongs to user " + Users.name(owner) + ": remove it");
    }
    if (!Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS).equals(1)) {
      throw new IOException(file + " has a second name elsewhere: remove it");
    }
  }

  private static long ownerOf(Path path) throws IOException {
    var uid = (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return Integer.toUnsignedLong(uid);
  }
}
