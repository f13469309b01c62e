package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongPredicate;

/**
 * Undoes the start of a process that failed halfway. The JDK makes the process first and then the
 * thread that waits for it. Where no thread can be had, the start fails and the process lives on,
 * and nobody has a handle of it. For the spawner's thread.
 */
final class FailedStart {
  private FailedStart() {}

  /**
   * Kills the children of this process that bear a worker's mark, or are about to.
   *
   * @return whether none was found, twice; else try again a little later
   */
  static boolean undoWorker(long mark) {
    // Before the wrapper has set the mark it has it as an argument.
    return undo(pid -> Mark.read(pid) == mark || hasArgument(pid, Long.toString(mark)));
  }

  /** Kills the children of this process that are sidecars of a run; see {@link #undoWorker}. */
  static boolean undoSidecar(ControllerRun run) {
    return undo(
        pid -> hasArgument(pid, Sidecar.NAME) && hasArgument(pid, Integer.toString(run.number())));
  }

  private static boolean undo(LongPredicate isMeant) {
    try {
      return killOnce(isMeant) == 0 && killOnce(isMeant) == 0;
    } catch (UnreadableException | IOException e) {
      return false;
    }
  }

  /** Returns how many were found. */
  private static int killOnce(LongPredicate isMeant) throws IOException {
    int found = 0;
    for (long pid : ChildIndex.look().ownChildren(ProcFile.currentThread())) {
      Stat stat = isMeant.test(pid) ? Stat.of(pid) : null;
      if (stat == null) {
        continue;
      }
      found++;
      if (stat.isDead()) {
        Kernel.reap(pid);
      } else {
        Signals.send(stat.id(), Kernel.SIGKILL);
      }
    }
    return found;
  }

  private static boolean hasArgument(long pid, String argument) {
    byte[] line = ProcFile.read(pid, "cmdline");
    return line != null
        && new String(line, StandardCharsets.UTF_8).contains("\0" + argument + "\0");
  }
}
