package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.worker.frame.Frame;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A controller of its own, to be killed: {@code ID LOCK-DIRECTORY TIER SECONDS…}. Starts a worker
 * for each number of seconds, which leaves a daemon behind that sleeps so long, and prints {@code
 * up} and the pids of the workers when all run.
 */
final class ControllerUnderTest {
  private ControllerUnderTest() {}

  public static void main(String[] arguments) throws InterruptedException {
    List<String> seconds = List.of(arguments).subList(3, arguments.length);
    var up = new CountDownLatch(seconds.size());
    ControllerLock lock = ControllerLock.acquire(arguments[0], Path.of(arguments[1]));
    Strays.killLeftOvers(lock);
    Queue<Long> pids = new ConcurrentLinkedQueue<>();
    WorkerProcesses processes =
        WorkerProcesses.start(
            ProcessSettings.builder(lock.run())
                .containment(ContainmentChoice.of(arguments[2]))
                .build(),
            new Listener(up, pids));
    for (int i = 0; i < seconds.size(); i++) {
      processes.spawn(
          new WorkerKey(i + 1, 1),
          List.of(
              "sh",
              "-c",
              Escape.DAEMON_WITH_CLEAN_ENVIRONMENT.script(
                      new Sleeper(Long.parseLong(seconds.get(i))))
                  + "\necho up; while :; do sleep 1000; done"),
          Map.of("PATH", Programs.ownPath()));
    }
    up.await();
    System.out.println(
        pids.stream().map(String::valueOf).collect(Collectors.joining(" ", "up ", "")));
    Thread.currentThread().join();
  }

  private record Listener(CountDownLatch up, Queue<Long> pids) implements ProcessListener {
    @Override
    public void spawned(WorkerKey worker, long pid, long startTicks) {
      pids.add(pid);
    }

    @Override
    public void spawnFailed(WorkerKey worker, String reason) {
      System.out.println(reason);
    }

    @Override
    public void frame(WorkerKey worker, Frame frame) {
      System.out.println(frame);
    }

    @Override
    public void output(WorkerKey worker, String line) {
      if (line.equals("up")) {
        up.countDown();
      } else {
        System.out.println(line);
      }
    }

    @Override
    public void protocolBroken(WorkerKey worker, String how) {
      System.out.println(how);
    }

    @Override
    public void treeEmpty(DeathCertificate certificate) {
      System.out.println(certificate);
    }

    @Override
    public void unconfirmed(
        WorkerKey worker,
        long pid,
        long startTicks,
        List<Survivor> survivors,
        @Nullable String doubt) {
      System.out.println(survivors + " " + doubt);
    }
  }
}
