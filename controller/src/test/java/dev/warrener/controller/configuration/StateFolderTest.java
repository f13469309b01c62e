package dev.warrener.controller.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
  /** In the system's temporary folder, as the last default is. */
  @TempDir private Path directory;

  @Test
  void folderIsItsUsersAndItsGroupMayLook() throws IOException {
    var folder = of(directory.resolve("state")).folder();

    assertThat(folder).isEqualTo(directory.resolve("state/warrener/web-1"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void folderThatAnotherUserMadeFirstIsRefused() throws IOException {
    var taken = Files.createDirectory(directory.resolve("warrener-ana"));
    Files.setPosixFilePermissions(taken, PosixFilePermissions.fromString("rwxrwxrwx"));
    var link = Files.createSymbolicLink(directory.resolve("warrener-bob"), directory);

    for (var each : new Path[] {taken, link}) {
      assertThatThrownBy(() -> of(each.resolve("state")))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(each.toString())
          .hasMessageContaining("choose another with the setting state-directory");
      assertThat(each.resolve("state")).doesNotExist();
    }
  }

  private static StateFolder of(Path place) {
    return StateFolder.of(place, Namespace.DEFAULT, "web-1");
  }
}
