package dev.warrener.messaging.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A search for the control sockets of a host's controllers. It looks only where nobody but the
 * owner of a place can have put a socket: in the temporary folder everybody may make a directory
 * under the name of another user.
 */
public final class SocketSearch {
  /** The most sockets that one directory is asked for. */
  public static final int MOST_SOCKETS = 64;

  /** The most places that are named because nobody looks there. */
  private static final int MOST_NAMED = 5;

  /** The last name of a directory in the temporary folder, with the user whose it is. */
  private static final Pattern OF_A_USER = Pattern.compile("warrener-(.*)");

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

  private static final String NOT_LOOKED_INTO = "not looked into: ";

  private final List<Socket> sockets = new ArrayList<>();
  private final List<Path> closed = new ArrayList<>();
  private final List<String> passedOver = new ArrayList<>();

  private SocketSearch() {}

  /**
   * A control socket.
   *
   * @param path its path
   * @param owner the user who has made it; nobody else but root can have
   */
  public record Socket(Path path, UserPrincipal owner) {}

  /**
   * The control sockets of a host.
   *
   * @param sockets the sockets that this user may try
   * @param closed folders that this user may not look into, and which may hold more sockets
   * @param passedOver sentences about places in which nobody looks, because another user than the
   *     right one could have put a socket there
   */
  public record Found(List<Socket> sockets, List<Path> closed, List<String> passedOver) {}

  /**
   * Finds the control sockets in some runtime directories.
   *
   * @param areChosen whether a person has named the directories
   */
  public static Found find(List<Path> runtimeDirectories, boolean areChosen) {
    var search = new SocketSearch();
    for (Path directory : runtimeDirectories) {
      search.look(directory, areChosen);
    }
    search.sockets.sort(Comparator.comparing(Socket::path));
    int more = search.passedOver.size() - MOST_NAMED;
    if (more > 0) {
      search.passedOver.subList(MOST_NAMED, search.passedOver.size()).clear();
      search.passedOver.add(more + " more directories were not looked into, for the same reasons");
    }
    return new Found(
        List.copyOf(search.sockets), List.copyOf(search.closed), List.copyOf(search.passedOver));
  }

  private void look(Path directory, boolean isChosen) {
    Path place = directory;
    Path folder = LocalSockets.folder(place);
    try {
      if (isChosen) {
        place = directory.toRealPath();
        folder = LocalSockets.folder(place);
      }
      var around = Files.readAttributes(place, PosixFileAttributes.class, NOFOLLOW);
      if (!around.isDirectory()) {
        return;
      }
      UserPrincipal self = LocalUsers.self();
      if (!isExpectedPlace(place, around.owner(), self, isChosen)) {
        passedOver.add(
            NOT_LOOKED_INTO
                + place
                + " belongs to user "
                + around.owner().getName()
                + ", and its name promises another user");
        return;
      }
      if (around.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
        passedOver.add(NOT_LOOKED_INTO + "every user can write to " + place);
        return;
      }
      var inside = Files.readAttributes(folder, PosixFileAttributes.class, NOFOLLOW);
      boolean isTheirs =
          inside.owner().equals(around.owner())
              || around.owner().equals(self)
              || LocalUsers.isRoot(around.owner());
      if (!inside.isDirectory()
          || !isTheirs
          || inside.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
        passedOver.add(NOT_LOOKED_INTO + "other users can write to " + folder);
        return;
      }
      if (!isChosen
          && !inside.owner().equals(self)
          && !LocalUsers.isRoot(self)
          && inside.permissions().contains(PosixFilePermission.OTHERS_EXECUTE)) {
        // A controller obeys no other user than root there, so only something else would answer.
        passedOver.add(
            NOT_LOOKED_INTO + "every user may enter " + folder + ", so a stranger could answer");
        return;
      }
      list(folder, inside.owner());
    } catch (NoSuchFileException e) {
      // No controller has run there.
    } catch (IOException | DirectoryIteratorException e) {
      closed.add(folder);
    }
  }

  private void list(Path folder, UserPrincipal owner) throws IOException {
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, LocalSockets.PATTERN)) {
      for (Path socket : entries) {
        if (count++ == MOST_SOCKETS) {
          passedOver.add(
              folder + " has more than " + MOST_SOCKETS + " sockets: the others were not asked");
          return;
        }
        sockets.add(new Socket(socket, owner));
      }
    }
  }

  /** Whether a directory is where the controllers of its owner may be. */
  private static boolean isExpectedPlace(
      Path directory, UserPrincipal owner, UserPrincipal self, boolean isChosen)
      throws IOException {
    if (owner.equals(self)) {
      return true;
    }
    Path around = directory.getParent();
    if (around == null) {
      return false;
    }
    var place = Files.readAttributes(around, PosixFileAttributes.class, NOFOLLOW);
    boolean isOpen = place.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    if (!isOpen) {
      // In /run/user/UID, or in a place of root's, such as /run.
      return isChosen || place.owner().equals(owner) || LocalUsers.isRoot(place.owner());
    }
    Matcher name = OF_A_USER.matcher(String.valueOf(directory.getFileName()));
    // A user without a name here has called itself "?".
    return name.matches()
        && (name.group(1).equals(owner.getName())
            || (name.group(1).equals("?") && NUMBER.matcher(owner.getName()).matches()));
  }
}
