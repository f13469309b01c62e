package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.process.linux.ProcessLayerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        .hasMessageContaining("make its directory writable, or choose another");
  }
}
