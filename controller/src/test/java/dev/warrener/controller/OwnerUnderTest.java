package dev.warrener.controller;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.controller.process.ProcessListener;
import dev.warrener.controller.process.ProcessSettings;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.worker.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A controller of its own with one worker, whose owner thread meets a bug when its standard input
 * has a byte: {@code LOCK-DIRECTORY}. Prints {@code up} and the pid of its worker.
 */
final class OwnerUnderTest implements ProcessListener {
  private final CountDownLatch up = new CountDownLatch(1);

  private volatile long pid;

  public static void main(String[] arguments) throws Exception {
    EndOnError.install(1);
    new OwnerUnderTest().run(Path.of(arguments[0]));
  }

  private void run(Path locks) throws Exception {
    var lock = ControllerLock.acquire("owner-under-test", locks);
    var processes = WorkerProcesses.start(ProcessSettings.builder(lock.run()).build(), this);
    processes.spawn(
        new WorkerKey(1, 1),
        List.of("sh", "-c", "sleep 1000 & echo up; while :; do sleep 1000; done"),
        Map.of("PATH", System.getenv("PATH")));
    up.await();
    System.out.println("up " + pid);
    new FleetLoop(
            FleetState.initial(FleetLoopTest.settings(), Instant.now()),
            InstantSource.system(),
            Duration.ofHours(1),
            effect -> {},
            OwnerUnderTest::awaitBug,
            FrameMemory.ofHeap())
        .start();
    Thread.currentThread().join();
  }

  private static long awaitBug() {
    try {
      throw new IllegalStateException("a bug, made by the test: " + System.in.read());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void spawned(WorkerKey worker, long workersPid, long startTicks) {
    pid = workersPid;
  }

  @Override
  public void output(WorkerKey worker, String line) {
    up.countDown();
  }

  @Override
  public void spawnFailed(WorkerKey worker, String reason) {
    throw new AssertionError(reason);
  }

  @Override
  public void frame(WorkerKey worker, Frame frame) {}

  @Override
  public void protocolBroken(WorkerKey worker, String how) {}

  @Override
  public void treeEmpty(DeathCertificate certificate) {}

  @Override
  public void unconfirmed(
      WorkerKey worker,
      long workersPid,
      long startTicks,
      List<Survivor> survivors,
      @Nullable String doubt) {}
}
