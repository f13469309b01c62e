package dev.warrener.controller.local;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.ControllerLock;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.local.LockFile;
import dev.warrener.messaging.report.ControllerHello;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalControlTest {
  private static final int CONTROLLERS = 4;

  @TempDir private Path folder;

  @Test
  void controllersThatStartAtOnceOnAFreshHostAllGetTheirSocket() throws Exception {
    for (int round = 0; round < 50; round++) {
      var directory = Files.createDirectory(folder.resolve("run" + round));
      var together = new CyclicBarrier(CONTROLLERS);
      var opened = new ArrayList<Future<LocalControl>>();
      try (var threads = Executors.newFixedThreadPool(CONTROLLERS)) {
        for (int i = 0; i < CONTROLLERS; i++) {
          var id = "c" + i;
          opened.add(
              threads.submit(() -> {
                var lock = ControllerLock.acquire(id, directory);
                together.await(30, SECONDS);
                return open(lock, id);
              }));
        }
      }
      for (var control : opened) {
        control.get().close();
      }
    }
  }

  @Test
  void lockFileTellsWhichProcessHoldsTheLockAndWhetherItIsFree() {
    var file = LockFile.of(folder, "web-1");
    var ran = new ArrayList<String>();
    assertThat(LockFile.pid(file)).isZero();

    try (var lock = ControllerLock.acquire("web-1", folder)) {
      assertThat(lock.directory()).isEqualTo(folder);
      assertThat(LockFile.pid(file)).isEqualTo(ProcessHandle.current().pid());
      LockFile.ifFree(file, () -> ran.add("while it is held"));
    }
    LockFile.ifFree(file, () -> ran.add("when it is free"));
    assertThat(ran).containsExactly("when it is free");
  }

  private static LocalControl open(ControllerLock lock, String id) {
    var hello = ControllerHello.of(id, "host", "warrener", 1, "test", true);
    return LocalControl.open(
        lock, Namespace.DEFAULT, id, () -> hello, event -> assertThat(event).isNull());
  }
}
