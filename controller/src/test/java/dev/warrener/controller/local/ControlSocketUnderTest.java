package dev.warrener.controller.local;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.controller.process.ProcessListener;
import dev.warrener.controller.process.ProcessSettings;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.worker.frame.Frame;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A controller of its own, with a control socket and no fleet: {@code ID DIRECTORY TIER SCRIPT…}.
 * Runs each script as a worker, and prints what the workers write, {@code REFUSED} and why for each
 * refusal, and {@code ORDER} for an order that got through. {@code CONTROLLER} in a script stands
 * for its own process. It ends with its standard input. It may say {@code UNAVAILABLE} instead.
 */
final class ControlSocketUnderTest {
  private ControlSocketUnderTest() {}

  public static void main(String[] arguments) throws Exception {
    var id = arguments[0];
    Kernel.forbidInspection();
    var lock = ControllerLock.acquire(id, Path.of(arguments[1]));
    var scripts = List.of(arguments).subList(3, arguments.length);
    var ended = new CountDownLatch(scripts.size());
    WorkerProcesses processes;
    try {
      processes =
          WorkerProcesses.start(
              ProcessSettings.builder(lock.run())
                  .containment(ContainmentChoice.of(arguments[2]))
                  .build(),
              new Listener(ended));
    } catch (ProcessLayerException e) {
      System.out.println("UNAVAILABLE\t" + e.getMessage());
      return;
    }
    var hello = ControllerHello.of(id, "host", Namespace.DEFAULT.name(), 1, "test", true);
    try (processes;
        var control =
            LocalControl.open(
                lock, Namespace.DEFAULT, id, () -> hello, ControlSocketUnderTest::print)) {
      control.start();
      System.out.println(
          "UP\t" + LocalSockets.socket(Path.of(arguments[1]), Namespace.DEFAULT, id));
      for (int i = 0; i < scripts.size(); i++) {
        processes.spawn(
            new WorkerKey(i + 1, 1),
            List.of(
                "sh",
                "-c",
                scripts.get(i).replace("CONTROLLER", "" + ProcessHandle.current().pid())),
            Map.of("PATH", System.getenv("PATH")));
      }
      ended.await();
      System.out.println("END");
      while (System.in.read() >= 0) {
        // Only the end of it matters.
      }
    }
  }

  private static void print(Event event) {
    System.out.println(
        event instanceof Event.ConnectionRefused refused
            ? "REFUSED\t" + refused.process() + ": " + refused.because()
            : "ORDER\t" + event);
  }

  private record Listener(CountDownLatch ended) implements ProcessListener {
    @Override
    public void spawned(WorkerKey worker, long pid, long startTicks) {}

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
      System.out.println(line);
    }

    @Override
    public void treeEmpty(DeathCertificate certificate) {
      ended.countDown();
    }

    @Override
    public void protocolBroken(WorkerKey worker, String how) {
      System.out.println(how);
    }

    @Override
    public void unconfirmed(
        WorkerKey worker,
        long pid,
        long startTicks,
        List<Survivor> survivors,
        @Nullable String doubt) {
      System.out.println(survivors);
    }
  }
}
