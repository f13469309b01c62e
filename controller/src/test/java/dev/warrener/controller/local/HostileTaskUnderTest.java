package dev.warrener.controller.local;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.ContainmentChoice;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.controller.process.ProcessListener;
import dev.warrener.controller.process.ProcessSettings;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A controller of its own whose tasks are hostile: {@code DIRECTORY TIER INSPECTABLE MOUNTS PROGRAM
 * TRACER DEED…}. Runs each deed as a worker, beside a neighbour for each, and prints {@code DID}
 * and the deed if it succeeded. Last, after {@code END}, a worker kills the controller if it can;
 * if not, {@code SURVIVED} is printed. It may say {@code UNAVAILABLE} instead.
 */
final class HostileTaskUnderTest {
  private static final String NEIGHBOUR = "echo up; while :; do sleep 0.2; done";

  private record Happened(WorkerKey worker, String what) {}

  private final BlockingQueue<Happened> events = new LinkedBlockingQueue<>();
  private final AtomicLong head = new AtomicLong();
  private final WorkerProcesses processes;
  private final List<String> arguments;
  private int slots;

  private HostileTaskUnderTest(ControllerLock lock, List<String> arguments) {
    this.arguments = arguments;
    this.processes =
        WorkerProcesses.start(
            ProcessSettings.builder(lock.run())
                .containment(ContainmentChoice.of(arguments.get(1)))
                .unconfirmedAfter(Duration.ofSeconds(1))
                .build(),
            new Listener());
  }

  public static void main(String[] words) throws Exception {
    var arguments = List.of(words);
    if (!Boolean.parseBoolean(arguments.get(2))) {
      Kernel.forbidInspection();
    }
    HostileTaskUnderTest test;
    try {
      test =
          new HostileTaskUnderTest(
              ControllerLock.acquire("hostile", Path.of(arguments.getFirst())), arguments);
    } catch (ProcessLayerException e) {
      System.out.println("UNAVAILABLE\t" + e.getMessage());
      return;
    }
    try (test.processes) {
      for (var deed : arguments.subList(6, arguments.size())) {
        test.commit(HostileDeed.valueOf(deed));
      }
      System.out.println("END");
      test.run("kill -KILL " + ProcessHandle.current().pid() + "; exit 0");
      System.out.println("SURVIVED");
    }
  }

  private void commit(HostileDeed deed) throws IOException, InterruptedException {
    var neighbour = spawn(NEIGHBOUR);
    await(neighbour, "up");
    long pid = victim();
    var directory = Path.of(arguments.getFirst());
    var file = directory.resolve(deed.name().toLowerCase(Locale.ROOT));
    Files.writeString(
        file,
        deed.script()
            .replace("CONTROLLER", "" + ProcessHandle.current().pid())
            .replace("SIDECAR", "" + sidecar())
            .replace("NEIGHBOUR", "" + pid)
            .replace("CGROUP", cgroup(pid))
            .replace("PROGRAM", arguments.get(4))
            .replace("TRACER", arguments.get(5))
            .replace("DIRECTORY", directory.toString()));
    var hostile = spawn(HostileDeed.inEveryWay(file.toString(), arguments.get(3)));
    boolean isForged = false;
    boolean isReceived = false;
    boolean isKilled = false;
    while (true) {
      var event = events.take();
      System.out.println(event.worker().slot() + "\t" + event.what());
      if (event.worker().equals(hostile)) {
        switch (event.what()) {
          case "DID" -> System.out.println("DID\t" + deed);
          case "TRACES" -> {
            isKilled = true;
            processes.kill(neighbour);
          }
          case "WROTE" -> isForged = true;
          default -> {}
        }
      } else if (event.worker().equals(neighbour)) {
        if (event.what().equals("unconfirmed") || event.what().equals("FINISHED")) {
          System.out.println("DID\t" + deed);
          isReceived = true;
        }
        if (isKilled && (event.what().equals("unconfirmed") || event.what().equals("empty"))) {
          processes.kill(hostile);
        }
      }
      if (event.equals(new Happened(hostile, "empty"))) {
        break;
      }
    }
    if (isForged && !isReceived) {
      await(neighbour, "FINISHED");
      System.out.println("DID\t" + deed);
    }
  }

  private void run(String script) throws InterruptedException {
    await(spawn(script), "empty");
  }

  private void await(WorkerKey worker, String what) throws InterruptedException {
    while (!events.take().equals(new Happened(worker, what))) {
      // Something else.
    }
  }

  private WorkerKey spawn(String script) {
    var worker = new WorkerKey(++slots, 1);
    processes.spawn(
        worker, List.of("sh", "-c", script), Map.of("PATH", System.getenv("PATH")));
    return worker;
  }

  /** Returns the process of the worker that was started last: the shell whose child sleeps. */
  private long victim() {
    while (true) {
      var found =
          ProcessHandle.of(head.get()).stream()
              .flatMap(first -> Stream.concat(Stream.of(first), first.descendants()))
              .filter(each -> each.children().anyMatch(child -> lastWord(child).equals("0.2")))
              .findFirst();
      if (found.isPresent()) {
        return found.get().pid();
      }
      Thread.onSpinWait();
    }
  }

  private static String lastWord(ProcessHandle process) {
    var words = process.info().arguments().orElse(new String[0]);
    return words.length == 0 ? "" : words[words.length - 1];
  }

  private static long sidecar() {
    return ProcessHandle.current()
        .children()
        .filter(each ->
            List.of(each.info().arguments().orElse(new String[0])).contains("warrener-sidecar"))
        .findFirst()
        .orElseThrow()
        .pid();
  }

  private static String cgroup(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
        .filter(line -> line.startsWith("0::"))
        .map(line -> line.substring("0::".length()))
        .findFirst()
        .orElse("/");
  }

  private final class Listener implements ProcessListener {
    @Override
    public void spawned(WorkerKey worker, long pid, long startTicks) {
      head.set(pid);
    }

    @Override
    public void spawnFailed(WorkerKey worker, String reason) {
      System.out.println(reason);
      System.exit(1);
    }

    @Override
    public void frame(WorkerKey worker, Frame frame) {
      events.add(
          new Happened(worker, frame.type() == FrameType.FINISHED ? "FINISHED" : "" + frame));
    }

    @Override
    public void output(WorkerKey worker, String line) {
      events.add(new Happened(worker, line));
    }

    @Override
    public void treeEmpty(DeathCertificate certificate) {
      events.add(new Happened(certificate.worker(), "empty"));
    }

    @Override
    public void unconfirmed(
        WorkerKey worker,
        long pid,
        long startTicks,
        List<Survivor> survivors,
        @Nullable String doubt) {
      events.add(new Happened(worker, "unconfirmed"));
    }
  }
}
