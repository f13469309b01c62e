package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Processes named {@code sleep} that sleep for a number of seconds that nobody else does: a test
 * knows by it which processes are its own.
 *
 * @param seconds about three years
 */
record Sleeper(long seconds) {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long LOOK_NANOS = 1_000_000;

  /** One that there never was before. */
  static Sleeper fresh() {
    return new Sleeper(ThreadLocalRandom.current().nextLong(100_000_000, 1_000_000_000));
  }

  /** Those that live. */
  List<ProcessId> alive() {
    var found = new ArrayList<ProcessId>();
    for (long pid : ProcFile.allPids()) {
      Stat stat = Stat.of(pid);
      byte[] commandLine = ProcFile.read("/proc/" + pid + "/cmdline");
      if (stat != null
          && commandLine != null
          && stat.command().equals("sleep")
          && !stat.isDead()
          && new String(commandLine, StandardCharsets.UTF_8).equals("sleep\0" + seconds + "\0")) {
        found.add(stat.id());
      }
    }
    return found;
  }

  /** Waits until there is one that has become an orphan or is otherwise where it is to be. */
  ProcessId awaitOne() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      List<ProcessId> alive = alive();
      if (alive.size() == 1) {
        return alive.getFirst();
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    throw new AssertionError("no process sleeps for " + seconds + " s");
  }

  /** Ends what a failed test has left. */
  void cleanUp() {
    alive().forEach(process -> Signals.send(process, Kernel.SIGKILL));
  }
}
