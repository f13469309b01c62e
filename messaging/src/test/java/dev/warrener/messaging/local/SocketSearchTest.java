package dev.warrener.messaging.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class SocketSearchTest {
  private static final int NOBODY = 65534;
  private static final String NEEDS_ROOT = "needs root, to give files to another user";

  /** A folder in which every user may make others. */
  @TempDir private Path temporary;

  @BeforeEach
  void openUp() throws IOException {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @Test
  void socketsAreFoundInTheDirectoriesOfTheirUser() throws IOException {
    var own = directory("warrener-1234");

    var found = SocketSearch.find(List.of(own, temporary.resolve("nothing")), false);

    assertThat(found.sockets())
        .containsExactly(
            new SocketSearch.Socket(own.resolve("control/c1@warrener.socket"), LocalUsers.self()));
    assertThat(found.passedOver()).isEmpty();
    assertThat(found.closed()).isEmpty();
  }

  @Test
  void nobodyLooksWhereAnotherUserCouldHavePutASocket() throws IOException {
    var open = directory("open");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    var openInside = directory("open-inside");
    Files.setPosixFilePermissions(
        openInside.resolve("control"), PosixFilePermissions.fromString("rwxr-xrwx"));
    var linkInside = Files.createDirectory(temporary.resolve("link-inside"));
    Files.createSymbolicLink(linkInside.resolve("control"), directory("target").resolve("control"));
    var directories = List.of(open, openInside, linkInside);
    var sentences =
        List.of(
            "not looked into: every user can write to " + open,
            "not looked into: other users can write to " + openInside.resolve("control"),
            "not looked into: other users can write to " + linkInside.resolve("control"));

    for (boolean areChosen : List.of(true, false)) {
      var found = SocketSearch.find(directories, areChosen);

      assertThat(found.sockets()).isEmpty();
      assertThat(found.passedOver()).containsExactlyElementsOf(sentences);
    }
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  void rootLooksNotIntoADirectoryOfAnotherUserThanItsNameSays() throws IOException {
    var foreign = foreign("warrener-daemon");

    for (boolean areChosen : List.of(true, false)) {
      var found = SocketSearch.find(List.of(foreign), areChosen);

      assertThat(found.sockets()).isEmpty();
      assertThat(found.passedOver())
          .containsExactly(
              "not looked into: "
                  + foreign
                  + " belongs to user nobody, and its name promises another user");
    }
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  void rootLooksIntoTheDirectoryThatIsNamedAfterItsUser() throws IOException {
    var found = SocketSearch.find(List.of(foreign("warrener-nobody")), false);

    assertThat(found.sockets()).hasSize(1);
    assertThat(found.sockets().get(0).owner().getName()).isEqualTo("nobody");
  }

  @Test
  void oneDirectoryIsAskedForABoundedNumberOfSockets() throws IOException {
    var own = directory("many");
    for (int i = 0; i < 3 * SocketSearch.MOST_SOCKETS; i++) {
      Files.createFile(own.resolve("control/x" + i + "@warrener.socket"));
    }

    var found = SocketSearch.find(List.of(own), false);

    assertThat(found.sockets()).hasSize(SocketSearch.MOST_SOCKETS);
    assertThat(found.passedOver()).singleElement().asString().contains("more than 64 sockets");
  }

  @Test
  void holderOfALockIsWhoTheKernelSaysAndNobodyElse() throws Exception {
    var lock = temporary.resolve("c1.lock");
    Files.writeString(lock, "c1/1/2/1/4\n");
    assertThat(LockFile.holder(lock)).as("what the file claims").isZero();

    try (var file = FileChannel.open(lock, StandardOpenOption.WRITE);
        var held = file.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(LockFile.holder(lock)).isEqualTo(ProcessHandle.current().pid());
      assertThat(LockFile.holder(Files.createSymbolicLink(temporary.resolve("link"), lock)))
          .isZero();
      Files.createLink(temporary.resolve("second"), lock);
      assertThat(LockFile.holder(lock)).isZero();
    }
  }

  @Test
  @EnabledIf(value = "isRoot", disabledReason = NEEDS_ROOT)
  void holderOfALockIsNobodyIfTheFileIsAnotherUsers() throws Exception {
    var lock = Files.createFile(temporary.resolve("c1.lock"));

    try (var file = FileChannel.open(lock, StandardOpenOption.WRITE);
        var held = file.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(LockFile.holder(lock)).isEqualTo(ProcessHandle.current().pid());
      Files.setAttribute(lock, "unix:uid", NOBODY);

      assertThat(LockFile.holder(lock)).isZero();
    }
  }

  @Test
  void pipeInPlaceOfALockHoldsNobodyUp() throws Exception {
    var pipe = temporary.resolve("c1.lock");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var ran = new ArrayList<String>();

    assertThat(LockFile.holder(pipe)).isZero();
    LockFile.ifFree(pipe, () -> ran.add("it has run"));

    assertThat(ran).isEmpty();
  }

  static boolean isRoot() throws IOException {
    return LocalUsers.isRoot(LocalUsers.self());
  }

  private Path directory(String name) throws IOException {
    var directory = Files.createDirectory(temporary.resolve(name));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
    var folder = Files.createDirectory(directory.resolve("control"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createFile(folder.resolve("c1@warrener.socket"));
    return directory;
  }

  private Path foreign(String name) throws IOException {
    var directory = directory(name);
    Files.setAttribute(directory, "unix:uid", NOBODY);
    Files.setAttribute(directory.resolve("control"), "unix:uid", NOBODY);
    return directory;
  }
}
