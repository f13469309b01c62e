package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.UncaughtErrors;
import dev.warrener.controller.process.linux.UnreadableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills process trees and certifies when they are empty. One platform thread owns all state; other
 * threads put events on its queue. While no worker dies the thread waits. While one dies, it looks
 * again whenever the kernel reports the end of a process, and otherwise after 1 ms at first and
 * later less often.
 *
 * <pre>
 *            kill, or its own process ended        no process left             output read to its end
 *   alive ────────────────────────────────▶ dying ───────────────▶ empty ────────────────────────────▶ treeEmpty
 *                                             └─ deadline: unconfirmed, and on    └─ or the bound for it has passed
 * </pre>
 */
final class Killer implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Killer.class);

  private static final long PAUSE_AFTER_FAILURE_NANOS = 10_000_000;

  private sealed interface Event {
    record Kill(Collection<WorkerKey> workers) implements Event {}

    record Terminate(WorkerKey worker) implements Event {}

    record Started(RunningWorker worker) implements Event {}

    record NotStarted(WorkerStart worker, String reason) implements Event {}

    record Exited(RunningWorker worker, int value) implements Event {}

    record Drained(RunningWorker worker) implements Event {}

    record ChildDied(long pid) implements Event {}

    record ChildUnclaimed(long pid) implements Event {}

    record Stop() implements Event {}
  }

  private final ProcessSettings settings;
  private final Containment containment;
  private final ProcessListener listener;
  private final Descendants descendants;

  /**
   * All workers that were asked for and are not dead yet. Other threads add, this thread removes.
   */
  private final ConcurrentMap<WorkerKey, WorkerStart> workers;

  private final Set<Long> marksInUse;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  // Owned by the thread.
  private final Map<WorkerKey, ProcessTree> trees = new HashMap<>();
  private final Map<WorkerKey, ProcessTree> dying = new HashMap<>();
  private final Set<WorkerKey> doomed = new HashSet<>();
  private boolean childDied;

  /** The event that is being handled; it is left here if that fails. */
  private @Nullable Event unfinished;

  private boolean stopping;

  Killer(
      ProcessSettings settings,
      Containment containment,
      ProcessListener listener,
      Descendants descendants,
      ConcurrentMap<WorkerKey, WorkerStart> workers,
      Set<Long> marksInUse) {
    this.settings = settings;
    this.containment = containment;
    this.listener = listener;
    this.descendants = descendants;
    this.workers = workers;
    this.marksInUse = marksInUse;
  }

  void kill(WorkerKey worker) {
    kill(List.of(worker));
  }

  void kill(Collection<WorkerKey> keys) {
    events.add(new Event.Kill(List.copyOf(keys)));
  }

  void terminate(WorkerKey worker) {
    events.add(new Event.Terminate(worker));
  }

  /** Reports that a worker's process exists; comes before anything else about that worker. */
  void started(RunningWorker worker) {
    events.add(new Event.Started(worker));
  }

  /** Reports that a worker's process will never exist. */
  void notStarted(WorkerStart worker, String reason) {
    events.add(new Event.NotStarted(worker, reason));
  }

  /** Reports that the head of a worker's tree has ended and its exit status was taken. */
  void exited(RunningWorker worker, int value) {
    events.add(new Event.Exited(worker, value));
  }

  /**
   * Reports that a worker's frames and output were read to their ends and handed to the listener.
   */
  void drained(RunningWorker worker) {
    events.add(new Event.Drained(worker));
  }

  /** Reports that a child of this process is dead and its exit status is to be taken. */
  void childDied(long pid) {
    events.add(new Event.ChildDied(pid));
  }

  /** Reports that a child of this process has been dead for seconds and nobody waits for it. */
  void childUnclaimed(long pid) {
    events.add(new Event.ChildUnclaimed(pid));
  }

  /** Ends the thread and waits for that. */
  void stop() throws InterruptedException {
    events.add(new Event.Stop());
    stopped.await();
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        try {
          Event event = next();
          for (; event != null; event = events.poll()) {
            unfinished = event;
            handle(event);
            unfinished = null;
          }
          advance();
        } catch (RuntimeException | Error e) {
          LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
          tellFailure(e);
        }
      }
    } catch (InterruptedException e) {
      throw new Error("no worker can be killed any more: the killer's thread was interrupted", e);
    } finally {
      stopped.countDown();
    }
  }

  private @Nullable Event next() throws InterruptedException {
    if (unfinished != null) {
      return unfinished;
    }
    return dying.isEmpty()
        ? events.take()
        : events.poll(nanosToNextLook(System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  /** An event that failed for want of memory is handled again; one that met a bug is dropped. */
  private void tellFailure(Throwable e) {
    if (!(e instanceof VirtualMachineError)) {
      unfinished = null;
    }
    try {
      LOG.error("a bug: one step of killing failed; killing goes on", e);
      if (e instanceof Error error) {
        UncaughtErrors.tell(error);
      }
    } catch (VirtualMachineError again) {
      // There is no memory for a line in the log either. What counts is the killing.
      LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
    }
  }

  private void handle(Event event) {
    switch (event) {
      case Event.Kill kill -> doom(kill.workers());
      case Event.Terminate terminate -> signalGroup(terminate.worker());
      case Event.Started started -> begin(started.worker());
      case Event.NotStarted notStarted -> giveUp(notStarted.worker(), notStarted.reason());
      case Event.Exited exited -> noteExit(exited.worker(), exited.value());
      case Event.Drained drained -> {
        ProcessTree tree = trees.get(drained.worker().key());
        if (tree != null) {
          tree.drained();
        }
      }
      case Event.ChildDied died -> childDied |= !descendants.isHead(died.pid());
      case Event.ChildUnclaimed unclaimed -> descendants.reapUnclaimed(unclaimed.pid());
      case Event.Stop stop -> stopping = true;
    }
  }

  /** Signals all workers before it does anything else about any of them. */
  private void doom(Collection<WorkerKey> keys) {
    var struck = new ArrayList<ProcessTree>();
    for (WorkerKey key : keys) {
      ProcessTree tree = trees.get(key);
      if (tree != null) {
        strike(tree);
        struck.add(tree);
        continue;
      }
      WorkerStart worker = workers.get(key);
      if (worker == null) {
        continue;
      }
      if (worker.claimStart()) {
        giveUp(worker, "it was killed before its process was started");
      } else {
        doomed.add(key);
      }
    }
    for (ProcessTree tree : struck) {
      tree.worker().restorePriority();
    }
  }

  private void begin(RunningWorker worker) {
    var tree = new ProcessTree(worker);
    trees.put(worker.key(), tree);
    descendants.add(tree);
    if (doomed.remove(worker.key())) {
      strike(tree);
    }
  }

  private void giveUp(WorkerStart worker, String reason) {
    doomed.remove(worker.key());
    marksInUse.remove(worker.mark());
    workers.remove(worker.key());
    tell(worker.key(), () -> listener.spawnFailed(worker.key(), reason));
  }

  private void noteExit(RunningWorker worker, int value) {
    ProcessTree tree = trees.get(worker.key());
    if (tree == null || tree.hasHeadExited()) {
      return;
    }
    tree.headExited(value);
    descendants.headExited(tree);
    if (!tree.isDying()) {
      tree.beginDying(System.nanoTime(), false);
      dying.put(worker.key(), tree);
      tree.kill();
    }
  }

  private void strike(ProcessTree tree) {
    if (!tree.isDying()) {
      tree.beginDying(System.nanoTime(), true);
      dying.put(tree.worker().key(), tree);
      tree.kill();
    }
  }

  private void signalGroup(WorkerKey key) {
    ProcessTree tree = trees.get(key);
    if (tree == null || tree.isDying()) {
      return;
    }
    if (!tree.signalGroup(Kernel.SIGTERM)) {
      // The worker does not lead a process group yet.
      Signals.send(tree.worker().own(), Kernel.SIGTERM);
    }
  }

  /** Advances every dying tree as far as possible now. */
  private void advance() {
    long now = System.nanoTime();
    if (childDied || dying.values().stream().anyMatch(tree -> isWorthALook(tree, now))) {
      childDied = false;
      descendants.look(dying.values(), now);
      List<ProcessTree> found = new ArrayList<>();
      for (ProcessTree tree : dying.values()) {
        if (seemsEmpty(tree)) {
          found.add(tree);
        }
      }
      confirm(found);
    }
    for (ProcessTree tree : List.copyOf(dying.values())) {
      if (tree.isEmpty()) {
        certify(tree);
      } else {
        pursue(tree);
      }
    }
  }

  /** Whether to look for descendants: not while the head is still dying, unless that takes long. */
  private static boolean isWorthALook(ProcessTree tree, long now) {
    return !tree.isEmpty() && (tree.hasHeadExited() || tree.isDescentDue(now));
  }

  private static boolean seemsEmpty(ProcessTree tree) {
    try {
      return !tree.isEmpty()
          && tree.hasHeadExited()
          && !tree.hasLookFailed()
          && !tree.wasFoundAlive()
          && tree.enclosures().stream().allMatch(Enclosure::isEmpty);
    } catch (UnreadableException e) {
      tree.lookFailed(e);
      return false;
    }
  }

  /** Looks a second time for processes of trees where the first look found none. */
  private void confirm(List<ProcessTree> seeminglyEmpty) {
    if (seeminglyEmpty.isEmpty()) {
      return;
    }
    descendants.look(seeminglyEmpty, System.nanoTime());
    long now = System.nanoTime();
    for (ProcessTree tree : seeminglyEmpty) {
      if (!tree.wasFound() && !tree.hasLookFailed()) {
        tree.becomeEmpty(now);
      }
    }
  }

  private void certify(ProcessTree tree) {
    RunningWorker worker = tree.worker();
    if (!tree.isDrained()) {
      if (tree.nanosSinceEmpty(System.nanoTime()) < settings.drainWithin().toNanos()) {
        return;
      }
      LOG.warn(
          "the output of worker {} is still open {} ms after its last process has ended: a process"
              + " outside its tree holds the pipe; the rest of the output is not read",
          worker.key(),
          settings.drainWithin().toMillis());
    }
    worker.gate().shut();
    DeathCertificate certificate = tree.certificate(containment);
    // Before anything is forgotten: if there is no memory for it, it is told again later.
    tell(worker.key(), () -> listener.treeEmpty(certificate));
    dying.remove(worker.key());
    trees.remove(worker.key());
    descendants.remove(tree);
    worker.forget();
    marksInUse.remove(worker.mark());
    workers.remove(worker.key());
  }

  private void pursue(ProcessTree tree) {
    long now = System.nanoTime();
    if (tree.nanosToNextSignal(now) <= 0) {
      tree.kill();
    }
    if (tree.nanosSinceFirstSignal(now) >= settings.unconfirmedAfter().toNanos()
        && !tree.isReportedUnconfirmed()) {
      RunningWorker worker = tree.worker();
      List<Survivor> survivors = tree.survivors();
      String doubt = tree.doubt();
      tell(
          worker.key(),
          () ->
              listener.unconfirmed(
                  worker.key(), worker.own().pid(), worker.own().startTicks(), survivors, doubt));
      tree.noteReportedUnconfirmed();
    }
  }

  private long nanosToNextLook(long now) {
    long wait = Long.MAX_VALUE;
    for (ProcessTree tree : dying.values()) {
      wait = Math.min(wait, nanosToNextLook(tree, now));
    }
    return Math.max(wait, 0);
  }

  private long nanosToNextLook(ProcessTree tree, long now) {
    if (tree.isEmpty()) {
      return settings.drainWithin().toNanos() - tree.nanosSinceEmpty(now);
    }
    long since = tree.nanosSinceFirstSignal(now);
    long untilReport = settings.unconfirmedAfter().toNanos() - since;
    long wait =
        Math.min(
            tree.hasHeadExited() ? pause(since) : tree.nanosToNextDescent(now),
            tree.nanosToNextSignal(now));
    return tree.isReportedUnconfirmed() ? wait : Math.min(wait, untilReport);
  }

  /** Returns the wait for the kernel to finish off the processes that were signalled. */
  private static long pause(long nanosSinceFirstSignal) {
    long millis = nanosSinceFirstSignal / 1_000_000;
    return TimeUnit.MILLISECONDS.toNanos(millis < 100 ? 1 : millis < 1_000 ? 5 : 50);
  }

  private static void tell(WorkerKey worker, Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      LOG.error("a bug: the listener failed on the end of worker {}", worker, e);
    }
  }
}
