package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SidecarKeeperIT {
  @TempDir private Path directory;
  private final ControllerRun run = ControllerRun.begin("sidecars");
  private final Spawner spawner = new Spawner();
  private Path setsid;
  private SidecarKeeper keeper;

  @BeforeEach
  void prepare() throws Exception {
    Kernel.link();
    Thread.ofPlatform().daemon().start(spawner);
    setsid = directory.resolve("setsid");
    Programs found = Programs.find();
    var programs = new Programs(found.shell(), setsid.toString(), null, null, null);
    keeper =
        new SidecarKeeper(
            run,
            new Containment(programs, null, null, PidsLimit.NONE),
            spawner,
            new Descendants(run, true, Set.of(), spawner.call(ProcFile::currentThread)));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    spawner.call(() -> {
      keeper.end(true);
      return true;
    });
    spawner.stop();
  }

  @Test
  void sidecarThatCannotBeStartedIsTriedAgain() throws Exception {
    spawner.execute(keeper::start);
    spawner.call(() -> true);
    assertThat(sidecars()).isZero();

    Files.createSymbolicLink(setsid, Path.of(Programs.find().setsid()));

    Await.until(() -> sidecars() == 1);
  }

  @Test
  void sidecarThatDiesAtOnceIsStartedLessAndLessOften() throws Exception {
    Path starts = directory.resolve("starts");
    Files.writeString(setsid, "#!/bin/sh\necho >> " + starts + "\n");
    Files.setPosixFilePermissions(setsid, PosixFilePermissions.fromString("rwxr-xr-x"));
    long begun = System.nanoTime();

    spawner.execute(keeper::start);
    Await.until(() -> lines(starts) == 4);

    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("pauses of 100, 200 and 400 ms")
        .isGreaterThanOrEqualTo(Duration.ofMillis(700));
  }

  @Test
  void thePauseIsBounded() {
    Duration pause = SidecarKeeper.FIRST_PAUSE;
    for (int i = 0; i < 20; i++) {
      pause = SidecarKeeper.next(pause);
    }
    assertThat(pause).isEqualTo(SidecarKeeper.LONGEST_PAUSE);
  }

  private long sidecars() {
    return ChildIndex.look().children(ProcessHandle.current().pid()).stream()
        .map(pid -> ProcFile.readIfPossible("/proc/" + pid + "/cmdline"))
        .filter(line ->
            line != null
                && new String(line, StandardCharsets.UTF_8)
                    .contains("\0" + Sidecar.NAME + "\0" + run.number() + "\0"))
        .count();
  }

  private static long lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
