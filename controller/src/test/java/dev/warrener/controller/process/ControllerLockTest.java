package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.process.linux.ProcessLayerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerLockTest {
  @TempDir private Path directory;

  @Test
  void itIsHeldOnceAndGivenBack() {
    ControllerLock first = ControllerLock.acquire("web-1", directory);
    long pid = ProcessHandle.current().pid();
    assertThatThrownBy(() -> ControllerLock.acquire("web-1", directory))
        .isInstanceOf(ProcessLayerException.class)
        .hasMessage(
            "a controller with the id web-1 runs on this host already (process "
                + pid
                + "): stop it, or give this one another --id");

    first.close();
    first.close();

    try (ControllerLock second = ControllerLock.acquire("web-1", directory)) {
      assertThat(second.run().number()).isNotEqualTo(first.run().number());
      assertThat(second.formerRuns()).containsExactly(first.run());
    }
  }

  @Test
  void anotherIdHasAnotherLock() {
    try (ControllerLock one = ControllerLock.acquire("web-1", directory);
        ControllerLock two = ControllerLock.acquire("web-2", directory)) {
      assertThat(one.run().controllerId()).isEqualTo("web-1");
      assertThat(two.run().controllerId()).isEqualTo("web-2");
    }
  }

  @Test
  void whatStandsInTheFileIsReadWithCare() throws IOException {
    Files.writeString(directory.resolve("web-1.lock"), "nonsense\n/1/2/3/4\nweb-1/5/6/7/8\n");

    try (ControllerLock lock = ControllerLock.acquire("web-1", directory)) {
      assertThat(lock.formerRuns()).containsExactly(new ControllerRun("web-1", 5, 6, 7, 8));
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefusedWithTheWayOut() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> ControllerLock.acquire("web-1", file.resolve("locks")))
        .isInstanceOf(ProcessLayerException.class)
        .hasMessageContaining("can't be written")
        .hasMessageContaining("make its directory writable for this user alone, or choose another");
  }

  @Test
  void directoryThatAnotherUserMadeFirstIsRefusedInASentence() throws Exception {
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);

    assertRefused(open, open + " can be written by every user");
    assertRefused(link, link + " is a symbolic link");
    if ("root".equals(System.getProperty("user.name"))) {
      Path foreign = Files.createDirectory(directory.resolve("foreign"));
      Files.setAttribute(foreign, "unix:uid", 65534);
      assertRefused(foreign, foreign + " belongs to user ");
    }
    try (ControllerLock lock = ControllerLock.acquire("web-1", directory.resolve("fresh"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lock.directory())))
          .isEqualTo("rwxr-x---");
      assertThat(Files.getPosixFilePermissions(lock.directory().resolve("web-1.lock")))
          .containsExactlyInAnyOrder(
              PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }
  }

  @Test
  void directoryThatItsGroupMayWriteToIsClosedToTheGroup() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));

    ControllerLock.acquire("web-1", directory).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwxr-xr-x");
  }

  @Test
  void lockThatIsALinkToAnotherFileIsRefusedAndTheFileStaysAsItIs() throws Exception {
    Path victim = Files.writeString(directory.resolve("victim"), "precious");
    Files.createSymbolicLink(directory.resolve("web-1.lock"), victim);
    Files.createLink(directory.resolve("web-2.lock"), victim);
    new ProcessBuilder("mkfifo", directory.resolve("web-3.lock").toString()).start().waitFor();

    for (var id : List.of("web-1", "web-2", "web-3")) {
      assertThatThrownBy(() -> ControllerLock.acquire(id, directory))
          .isInstanceOf(ProcessLayerException.class)
          .hasMessageContaining(": remove it");
    }
    assertThat(victim).hasContent("precious");
  }

  private static void assertRefused(Path place, String because) {
    assertThatThrownBy(() -> ControllerLock.acquire("web-1", place))
        .isInstanceOf(ProcessLayerException.class)
        .hasMessageContaining(because);
    assertThat(place.resolve("web-1.lock")).doesNotExist();
  }
}
