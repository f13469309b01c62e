package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UncaughtErrors;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that starts processes. It lives as long as any of them, because the kernel sends a
 * process its parent-death signal when the <em>thread</em> that started it ends. An exception in a
 * task does not end it. It is not a {@code SerialExecutor}, which an interrupt can end, and which
 * has no tasks that are due later.
 *
 * <p>It also undoes starts that failed halfway. The JDK makes a process first and then the thread
 * that waits for it. Where no thread can be had, the start fails and the process lives on, and
 * nobody has a handle of it.
 */
final class Spawner implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private volatile boolean stopped;

  /** Owned by the thread. */
  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparingLong(Later::order));

  private record Later(long dueNanos, Runnable task) {
    /** Readings of the clock may be negative; their differences are right. */
    long order() {
      return dueNanos - EPOCH;
    }
  }

  private static final long EPOCH = System.nanoTime();

  /** Runs a task on the thread, after the tasks before it. */
  void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs a task on the thread after a pause. Needs no other thread for that. */
  void executeLater(Duration pause, Runnable task) {
    long due = System.nanoTime() + pause.toNanos();
    tasks.add(() -> later.add(new Later(due, task)));
  }

  /** Runs a task on the thread and waits for its result. */
  <T> T call(Callable<T> task) throws InterruptedException {
    var future = new FutureTask<>(task);
    tasks.add(future);
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Ends the thread, and by the parent-death signal every process it started that still runs. */
  void stop() {
    tasks.add(() -> stopped = true);
  }

  /** Waits for the next task, in the order in which they came or are due. */
  private Runnable next() throws InterruptedException {
    while (true) {
      Later first = later.peek();
      if (first == null) {
        return tasks.take();
      }
      long left = first.dueNanos() - System.nanoTime();
      if (left <= 0) {
        later.remove();
        return first.task();
      }
      Runnable task = tasks.poll(left, TimeUnit.NANOSECONDS);
      if (task != null) {
        return task;
      }
    }
  }

  @Override
  public void run() {
    while (!stopped) {
      try {
        next().run();
      } catch (InterruptedException e) {
        LOG.error(
            "the spawner was interrupted; it goes on, because workers die with its thread", e);
      } catch (RuntimeException e) {
        LOG.error("a bug: a task of the spawner failed", e);
      } catch (Error e) {
        UncaughtErrors.tell(e);
      }
    }
  }

  /**
   * Kills the children of this process that bear a worker's mark, or are about to. For the thread.
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
      int first = killOnce(isMeant);
      int second = killOnce(isMeant);
      return first + second == 0;
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
