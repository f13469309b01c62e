package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessLayerException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A controller of its own, as whoever started it: {@code TIER DIRECTORY AS-ROOT BOUNDED}. Has a
 * worker for each {@link Misdeed}, kills one after the other, and prints for each {@code RESULT},
 * its name and what became of it, tabs between. It may say {@code UNAVAILABLE} instead.
 */
final class MisdeedsUnderTest {
  static final String PROVEN = "proven";
  static final String FOUND = "found";
  static final String ALIVE = "alive";
  static final String FALSELY_PROVEN = "alive, and called proven";

  /** So many may a worker have. */
  static final int PIDS = 300;

  private static final int WORKERS = 3;
  private static final int LINKS_TO_SEE = 20;

  private final WorkerProcesses processes;
  private final RecordingListener listener;
  private final ControllerRun run;
  private final Path directory;
  private int slots;

  private MisdeedsUnderTest(
      WorkerProcesses processes, RecordingListener listener, ControllerRun run, Path directory) {
    this.processes = processes;
    this.listener = listener;
    this.run = run;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    var listener = new RecordingListener();
    ControllerRun run = ControllerRun.begin("misdeeds");
    ProcessSettings settings =
        ProcessSettings.builder(run)
            .containment(ContainmentChoice.of(arguments[0]))
            .workerPids(PIDS, WORKERS)
            .unconfirmedAfter(Duration.ofSeconds(20))
            .build();
    WorkerProcesses processes;
    try {
      processes = WorkerProcesses.start(settings, listener);
    } catch (ProcessLayerException e) {
      System.out.println("UNAVAILABLE\t" + e.getMessage());
      return;
    }
    String pids = processes.containment().pids();
    boolean asRoot = Boolean.parseBoolean(arguments[2]);
    boolean bounded = Boolean.parseBoolean(arguments[3]) || !pids.equals("no limit");
    System.out.println("PIDS\t" + pids);
    var test = new MisdeedsUnderTest(processes, listener, run, Path.of(arguments[1]));
    try (processes) {
      test.killAll(asRoot);
      if (bounded) {
        test.kill(test.start(Misdeed.FORK_BOMB));
      }
      for (Misdeed misdeed : Misdeed.values()) {
        if (misdeed.isStrange()) {
          test.kill(test.start(misdeed));
        }
      }
    }
    System.out.println("END");
  }

  private void killAll(boolean asRoot) throws Exception {
    var quiet = new ArrayList<Started>();
    var loud = new ArrayList<Misdeed>();
    for (Misdeed misdeed : Misdeed.values()) {
      if (misdeed == Misdeed.FORK_BOMB || misdeed.isStrange() || (misdeed.needsRoot() && !asRoot)) {
        continue;
      }
      if (misdeed.isLoud()) {
        loud.add(misdeed);
      } else {
        quiet.add(start(misdeed));
      }
    }
    for (Started each : quiet) {
      kill(each);
    }
    for (Misdeed each : loud) {
      kill(start(each));
    }
  }

  private Started start(Misdeed misdeed) throws Exception {
    String name = misdeed.name().toLowerCase(Locale.ROOT);
    Path pipe = directory.resolve(name + ".pipe");
    Path errors = directory.resolve(name + ".errors");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    var sleeper = Sleeper.fresh();
    var started =
        new Started(
            misdeed,
            new WorkerKey(++slots, 1),
            errors,
            sleeper,
            new AtomicInteger(),
            new CountDownLatch(1));
    Thread.ofPlatform().daemon().start(() -> started.read(pipe));
    processes.spawn(
        started.worker(),
        misdeed.command(pipe, errors, sleeper, System.getProperty("java.class.path")),
        Map.of("PATH", Programs.ownPath()));
    return started;
  }

  private void kill(Started started) throws IOException, InterruptedException {
    listener.awaitLine(started.worker(), "up");
    ready(started);
    long begin = System.nanoTime();
    processes.kill(started.worker());
    DeathCertificate certificate = listener.awaitTreeEmpty(started.worker());
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    boolean dead = started.closed().await(3, TimeUnit.SECONDS);
    String outcome = certificate.proven() ? dead ? PROVEN : FALSELY_PROVEN : dead ? FOUND : ALIVE;
    System.out.println(
        "RESULT\t"
            + started.misdeed()
            + "\t"
            + outcome
            + "\t"
            + millis
            + " ms, "
            + certificate.processesKilled()
            + " processes");
    started.sleeper().cleanUp();
  }

  /** Waits until it is as bad as it is to be. */
  private void ready(Started started) {
    WorkerKey worker = started.worker();
    if (started.misdeed().leavesSleeper()) {
      started.sleeper().awaitOne();
    } else if (started.misdeed().isChain()) {
      Await.until(() -> started.links().get() >= LINKS_TO_SEE);
    } else if (started.misdeed() == Misdeed.IGNORES_SIGTERM) {
      processes.terminate(worker);
    } else if (started.misdeed() == Misdeed.STOPPED) {
      Await.state(listener.spawnedAs(worker), 'T');
    } else if (started.misdeed() == Misdeed.FORK_BOMB) {
      // As soon as one could not fork, the limit is reached.
      Await.until(() -> Files.exists(started.errors()) && started.errors().toFile().length() > 0);
      System.out.println("BOMB\t" + population());
    }
  }

  /** How many processes there are of this run's workers. */
  private long population() {
    long count = 0;
    for (long pid : ProcFile.allPids()) {
      if (Mark.runNumber(Mark.read(pid)) == run.number()) {
        count++;
      }
    }
    return count;
  }

  private record Started(
      Misdeed misdeed,
      WorkerKey worker,
      Path errors,
      Sleeper sleeper,
      AtomicInteger links,
      CountDownLatch closed) {

    /** Reads until no process holds the other end. */
    void read(Path pipe) {
      try (var in = new FileInputStream(pipe.toFile())) {
        byte[] bytes = new byte[1024];
        int count;
        while ((count = in.read(bytes)) > 0) {
          links.addAndGet(count / "link\n".length());
        }
        closed.countDown();
      } catch (IOException e) {
        System.out.println(e);
      }
    }
  }
}
