package dev.warrener.controller.process;

import dev.warrener.controller.EndOnError;
import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.worker.frame.Frame;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ref.Reference;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A controller of its own, which does what its standard input says and from which a test takes what
 * it needs: {@code TIER MILLIS-UNTIL-UNCONFIRMED PIDS-OF-A-WORKER}. A line is one of {@code spawn
 * SLOT SCRIPT}, {@code kill SLOT}, {@code exhaust SLOT}, {@code starve descriptors|greedily}, {@code
 * feed}, {@code threads}, {@code end}. Prints what it hears of its workers.
 */
final class StarvedUnderTest implements ProcessListener {
  private final Starvation starvation = new Starvation();
  private @Nullable ControllerRun run;

  public static void main(String[] arguments) throws Exception {
    new StarvedUnderTest().obey(arguments);
  }

  private void obey(String[] arguments) throws Exception {
    WorkerProcesses processes;
    try {
      ControllerRun mine = ControllerRun.begin("starved");
      run = mine;
      processes =
          WorkerProcesses.start(
              ProcessSettings.builder(mine)
                  .containment(ContainmentChoice.of(arguments[0]))
                  .unconfirmedAfter(Duration.ofMillis(Long.parseLong(arguments[1])))
                  .drainWithin(Duration.ofMillis(500))
                  .workerPids(Integer.parseInt(arguments[2]), 1)
                  .build(),
              this);
    } catch (ProcessLayerException e) {
      say("UNAVAILABLE", String.valueOf(e.getMessage()));
      return;
    }
    say("PIDS", processes.containment().pids());
    try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      String line;
      while ((line = input.readLine()) != null) {
        String[] words = line.split(" ", 3);
        switch (words[0]) {
          case "spawn" ->
              processes.spawn(
                  new WorkerKey(Integer.parseInt(words[1]), 1),
                  List.of("sh", "-c", URLDecoder.decode(words[2], StandardCharsets.UTF_8)),
                  Map.of("PATH", Programs.ownPath()));
          case "kill" -> processes.kill(new WorkerKey(Integer.parseInt(words[1]), 1));
          case "exhaust" -> {
            EndOnError.install(1);
            var worker = new WorkerKey(Integer.parseInt(words[1]), 1);
            WorkerProcesses all = processes;
            starvation.takeTheHeap(() -> all.kill(worker));
          }
          case "starve" -> starvation.begin(words[1]);
          case "feed" -> starvation.end();
          case "threads" -> say("THREADS", ProcFile.threads(ProcessHandle.current().pid()).length);
          case "end" -> {
            processes.close();
            say("END");
            return;
          }
          default -> throw new IllegalArgumentException(line);
        }
        say("DONE", line);
      }
    }
  }

  private static synchronized void say(Object... words) {
    var line = new StringBuilder();
    for (Object word : words) {
      line.append(line.isEmpty() ? "" : "\t").append(word);
    }
    System.out.println(line);
  }

  @Override
  public void protocolBroken(WorkerKey worker, String how) {
    say("PROTOCOL", worker.slot(), how);
  }

  @Override
  public void spawned(WorkerKey worker, long pid, long startTicks) {
    say("SPAWNED", worker.slot(), pid);
  }

  /** Names the processes that bear the mark of this run's workers, if it says that none lives. */
  @Override
  public void spawnFailed(WorkerKey worker, String reason) {
    var left = new ArrayList<Long>();
    if (run != null) {
      for (long pid : ProcFile.allPids()) {
        if (Mark.read(pid) == Mark.of(run, worker.slot())) {
          left.add(pid);
        }
      }
    }
    say("FAILED", worker.slot(), left, reason);
  }

  @Override
  public void frame(WorkerKey worker, Frame frame) {
    say("FRAME", worker.slot());
  }

  @Override
  public void output(WorkerKey worker, String line) {
    say("LINE", worker.slot(), line);
  }

  @Override
  public void treeEmpty(DeathCertificate certificate) {
    say("CERTIFICATE", certificate.worker().slot(), certificate.proven());
  }

  @Override
  public void unconfirmed(
      WorkerKey worker,
      long pid,
      long startTicks,
      List<Survivor> survivors,
      @Nullable String doubt) {
    say("UNCONFIRMED", worker.slot(), String.valueOf(doubt));
  }

  /** Takes all there is of something until it is told to give it back. */
  private static final class Starvation {
    private static final int CHUNK_BYTES = 64 * 1024;

    /** Enough for a kill to begin, and more than the part of the heap that nobody can use. */
    private static final int LITTLE_BYTES = 4 * 1024 * 1024;

    private static final int SECONDS_WITHOUT_MEMORY = 3;

    private final List<Object> taken = new ArrayList<>();
    private @Nullable Thread taker;
    private volatile boolean goesOn;

    void begin(String what) throws InterruptedException {
      switch (what) {
        case "descriptors" -> takeDescriptors();
        case "greedily" -> {
          takeDescriptors();
          takeForEver(this::takeDescriptors);
        }
        default -> throw new IllegalArgumentException(what);
      }
    }

    private synchronized void takeDescriptors() {
      try {
        while (taken.add(new FileInputStream("/dev/null"))) {
          Thread.onSpinWait();
        }
      } catch (IOException e) {
        // There is none left.
        return;
      }
    }

    /**
     * Takes the heap on a thread of its own: all but a little, then {@code between} is run, then
     * the rest, for some seconds.
     */
    void takeTheHeap(Runnable between) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            Object[] last = {};
            while (freeBytes() > LITTLE_BYTES) {
              last = new Object[] {last, new byte[CHUNK_BYTES]};
            }
            between.run();
            int bytes = CHUNK_BYTES;
            for (long start = System.nanoTime();
                System.nanoTime() - start < SECONDS_WITHOUT_MEMORY * 1_000_000_000L; ) {
              try {
                last = new Object[] {last, new byte[bytes]};
              } catch (OutOfMemoryError e) {
                bytes /= 2;
              }
            }
            Reference.reachabilityFence(last);
          });
    }

    private static long freeBytes() {
      var vm = Runtime.getRuntime();
      return vm.maxMemory() - vm.totalMemory() + vm.freeMemory();
    }

    private void takeForEver(Runnable take) {
      goesOn = true;
      taker =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                while (goesOn) {
                  take.run();
                }
              });
    }

    void end() throws Exception {
      goesOn = false;
      if (taker != null) {
        taker.join();
      }
      synchronized (this) {
        for (Object each : taken) {
          if (each instanceof FileInputStream file) {
            file.close();
          }
        }
        taken.clear();
      }
    }
  }
}
