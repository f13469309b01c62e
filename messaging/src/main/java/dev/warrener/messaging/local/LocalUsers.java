package dev.warrener.messaging.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/** The users of this host, as far as control sockets are concerned. */
public final class LocalUsers {
  private static final String ROOT = "root";

  private LocalUsers() {}

  /** Returns the user that this process runs as. */
  public static UserPrincipal self() throws IOException {
    return Files.getOwner(Path.of("/proc/self"));
  }

  /** Whether it is the user who may do everything. */
  public static boolean isRoot(UserPrincipal user) {
    return user.getName().equals(ROOT);
  }

  /** Returns the owner of a file, or of the link if it is one. */
  static UserPrincipal ownerOf(Path file) throws IOException {
    return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
  }
}
