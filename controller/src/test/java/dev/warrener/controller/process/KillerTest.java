package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.RecordingListener.Heard;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Poller;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.controller.process.pipe.WorkerPipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cgroup is a folder of plain files here: the test plays the kernel's part. */
@Timeout(60)
class KillerTest {
  private static final WorkerKey WORKER = new WorkerKey(1, 1);
  private static final int KILLED = 137;

  @TempDir private Path directory;
  private final RecordingListener listener = new RecordingListener();
  private final List<Process> processes = new ArrayList<>();
  private final List<Poller> pollers = new ArrayList<>();
  private final ProcessSettings settings =
      Fleet.settings().unconfirmedAfter(Duration.ofMillis(50)).build();

  private Path cgroup;
  private Killer killer;
  private RunningWorker worker;

  @BeforeEach
  void prepare() throws Exception {
    Kernel.link();
    cgroup = Files.createDirectory(directory.resolve("cgroup"));
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\n");
    var start = new WorkerStart(WORKER, Mark.of(settings.run(), 1), List.of("sleep"), Map.of());
    var workers = new ConcurrentHashMap<>(Map.of(WORKER, start));
    var marks = ConcurrentHashMap.<Long>newKeySet();
    killer =
        new Killer(
            settings,
            new Containment(Programs.find(), null, null, PidsLimit.NONE),
            listener,
            new Descendants(settings.run(), true, marks, ProcFile.currentThread()),
            workers,
            marks);
    worker =
        new RunningWorker(
            start,
            launched(),
            WorkerPipes.open(),
            1,
            new Niceness(0, null),
            listener,
            killer,
            new RunningWorker.Hearing(
                poller(), poller(), poller(), Runnable::run, FrameMemory.ofHeap()));
    Thread.ofPlatform().daemon().name("killer").start(killer);
  }

  @AfterEach
  void leaveNothing() throws Exception {
    killer.stop();
    processes.forEach(process -> process.toHandle().destroyForcibly());
    for (Poller poller : pollers) {
      poller.stop();
      poller.run();
    }
  }

  @Test
  void enclosureWhoseFirstKillFailsIsKilledAgainAlsoAfterTheWorkerWasReportedAsUnconfirmed()
      throws Exception {
    killer.started(worker);

    killer.kill(WORKER);
    listener.awaitUnconfirmed(WORKER);

    assertThat(listener.heardOf(WORKER, Heard.Unconfirmed.class).getFirst().doubt())
        .startsWith("a signal could not be sent: ")
        .endsWith("the kernel has no cgroup.kill there");
    assertThat(Stat.isAlive(worker.head())).isTrue();

    // From now on the kernel can kill the cgroup.
    Path killSwitch = Files.createFile(cgroup.resolve("cgroup.kill"));
    Await.until(() -> text(killSwitch).equals("1"));
    dieAsTheKernelWouldHaveIt();

    assertThat(listener.awaitTreeEmpty(WORKER).signal()).isEqualTo(Kernel.SIGKILL);
    assertThat(listener.heardOf(WORKER, Heard.Unconfirmed.class)).hasSize(1);
  }

  @Test
  void killThatWasTakenIsRepeatedWhileSomethingLives() throws Exception {
    Path killSwitch = Files.createFile(cgroup.resolve("cgroup.kill"));
    killer.started(worker);

    killer.kill(WORKER);
    Await.until(() -> text(killSwitch).equals("1"));
    listener.awaitUnconfirmed(WORKER);
    Files.writeString(killSwitch, "");
    Await.until(() -> text(killSwitch).equals("1"));
    dieAsTheKernelWouldHaveIt();

    listener.awaitTreeEmpty(WORKER);
  }

  /** Nothing but its cgroup reaches the worker: its PID namespace has gone before. */
  private Containment.Launched launched() throws Exception {
    Process head = start("sleep", "1000");
    Process gone = start("true");
    gone.waitFor();
    return new Containment.Launched(
        head,
        Objects.requireNonNull(Stat.of(head.pid())).id(),
        CgroupEnclosure.existing(cgroup),
        new NamespaceEnclosure(new ProcessId(gone.pid(), 1)));
  }

  private void dieAsTheKernelWouldHaveIt() throws Exception {
    Process head = processes.getFirst();
    head.toHandle().destroyForcibly();
    head.waitFor();
    Files.delete(cgroup.resolve("cgroup.kill"));
    Files.delete(cgroup.resolve("cgroup.events"));
    killer.exited(worker, KILLED);
    killer.drained(worker);
  }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).start();
    processes.add(process);
    return process;
  }

  private Poller poller() {
    var poller = new Poller();
    pollers.add(poller);
    return poller;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
