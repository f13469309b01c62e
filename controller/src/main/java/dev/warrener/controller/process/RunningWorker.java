package dev.warrener.controller.process;

import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker whose process was started, with the four threads that serve it: one waits for its exit,
 * two read its frames and its output, one writes frames. They tell the listener what it says, and
 * the killer when it has exited and when its channels have ended. Thread-safe.
 */
final class RunningWorker {
  private static final Logger LOG = LoggerFactory.getLogger(RunningWorker.class);
  private static final long LOOK_NANOS = 300_000;
  private static final int LOOKS_FOR_SESSION = 50;

  /** What util-linux' unshare says when its child was killed; it means nothing to anybody. */
  private static final String UNSHARE_COMPLAINT = "unshare: sigprocmask unblock failed";

  private final Worker worker;
  private final Containment.Launched launched;
  private final int pidfd;
  private final Niceness niceness;
  private final ProcessListener listener;
  private final Killer killer;
  private final FrameSender sender;
  private final CallbackGate gate = new CallbackGate();
  private final AtomicInteger openChannels = new AtomicInteger(2);
  private final ExecutorService threads;
  private volatile @Nullable Future<?> sending;

  /** Two threads may find it false at once, and do the same. */
  private volatile boolean yields;

  /** Written by the waiting thread before it tells of the worker; the head until then. */
  private volatile ProcessId own;

  RunningWorker(
      Worker worker,
      Containment.Launched launched,
      int sendQueueFrames,
      Niceness niceness,
      ProcessListener listener,
      Killer killer,
      ExecutorService threads) {
    this.worker = worker;
    this.launched = launched;
    this.pidfd = openPidfd(launched.head());
    this.niceness = niceness;
    this.listener = listener;
    this.killer = killer;
    this.threads = threads;
    this.own = launched.head();
    this.sender =
        new FrameSender(worker.key(), launched.process().getOutputStream(), sendQueueFrames);
    worker.sender(sender);
  }

  WorkerKey key() {
    return worker.key();
  }

  long mark() {
    return worker.mark();
  }

  /** The process that the controller started and whose exit status the JDK takes. */
  ProcessId head() {
    return launched.head();
  }

  /** The worker's own process: the head, or in a pid namespace its grandchild. */
  ProcessId own() {
    return own;
  }

  Containment.Launched launched() {
    return launched;
  }

  /** Stands for the head; negative if there is none. Closed by {@link #forget}. */
  int pidfd() {
    return pidfd;
  }

  CallbackGate gate() {
    return gate;
  }

  /**
   * Begins to serve it.
   *
   * @throws OutOfMemoryError if there can be no thread for it; then nobody has heard of it
   */
  void start() {
    threads.execute(named("exit", this::announceAndAwaitExit));
  }

  /** The last act: nothing is written any more, and no descriptor is kept. */
  void forget() {
    sender.stop();
    Future<?> task = sending;
    if (task != null) {
      task.cancel(true);
    }
    if (pidfd >= 0) {
      Kernel.close(pidfd);
    }
  }

  private void announceAndAwaitExit() {
    try {
      killer.started(this);
      findOwn();
      ProcessId announced = own;
      tell(() -> listener.spawned(key(), announced.pid(), announced.startTicks()));
      openChannels();
      yieldFromTheStart();
      killer.exited(this, launched.process().waitFor());
    } catch (InterruptedException e) {
      LOG.error("nobody waits for worker {} any more", key(), e);
    }
  }

  /** A JVM that starts burns a processor for a while: it is to yield before it says anything. */
  private void yieldFromTheStart() {
    for (int i = 0; i < LOOKS_FOR_SESSION && launched.process().isAlive(); i++) {
      if (yields()) {
        return;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Whether nothing is left to be done about it. */
  private boolean yields() {
    yields = yields || niceness.applyToSession(own);
    return yields;
  }

  private void openChannels() {
    try {
      sending = threads.submit(named("send", sender));
      threads.execute(named("frames", this::readFrames));
      threads.execute(named("output", this::readOutput));
    } catch (OutOfMemoryError e) {
      LOG.error("there are no threads for worker {}: killing it", key(), e);
      killer.kill(key());
    }
  }

  /** In a pid namespace the worker's own process appears a little later. */
  private void findOwn() {
    NamespaceFence namespace = launched.namespace();
    while (namespace != null) {
      ProcessId found = namespace.findWorker();
      if (found != null) {
        own = found;
        return;
      }
      if (!launched.process().isAlive()) {
        return;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void readFrames() {
    try (var reader = new FrameReader(launched.process().getInputStream())) {
      Frame frame;
      while ((frame = reader.read()) != null) {
        yields();
        Frame read = frame;
        if (!tell(() -> listener.frame(key(), read))) {
          return;
        }
      }
    } catch (BrokenFrameException e) {
      // Cut off by its death, mostly; else nothing it says can be understood any more.
      LOG.info("the frames of worker {} end: {}", key(), e.getMessage());
      killer.kill(key());
    } catch (IOException e) {
      LOG.debug("the frames of worker {} end: {}", key(), e.toString());
    } finally {
      channelEnded();
    }
  }

  private void readOutput() {
    try (var in = launched.process().getErrorStream()) {
      new OutputLines(in, this::tellOutput).readAll();
    } catch (IOException e) {
      LOG.debug("the output of worker {} ends: {}", key(), e.toString());
    } finally {
      channelEnded();
    }
  }

  private void tellOutput(String line) {
    if (launched.namespace() == null || !line.startsWith(UNSHARE_COMPLAINT)) {
      tell(() -> listener.output(key(), line));
    }
  }

  private void channelEnded() {
    if (openChannels.decrementAndGet() == 0) {
      killer.drained(this);
    }
  }

  /** False if nothing more is to be told. */
  private boolean tell(Runnable callback) {
    return gate.pass(() -> {
      try {
        callback.run();
      } catch (RuntimeException e) {
        LOG.error("what worker {} did was not taken note of", key(), e);
      }
    });
  }

  /** A thread that serves one worker after another bears the name of the one that it serves. */
  private Runnable named(String what, Runnable task) {
    return () -> {
      Thread thread = Thread.currentThread();
      String ownName = thread.getName();
      thread.setName("warrener-worker-" + key() + "-" + what);
      try {
        task.run();
      } finally {
        thread.setName(ownName);
      }
    };
  }

  private static int openPidfd(ProcessId head) {
    int pidfd = Kernel.openPidfd(head.pid());
    if (pidfd >= 0) {
      Stat stat = Stat.of(head.pid());
      if (stat == null || !stat.id().equals(head)) {
        Kernel.close(pidfd);
        return -1;
      }
    }
    return pidfd;
  }
}
