package dev.warrener.controller.process;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Poller;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameDecoder;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker whose process was started. Its frames, its end and its output are heard by the threads
 * that hear those of all workers; a thread of its own it has only while it starts. They tell the
 * listener what it says, and the killer when it has exited and when its channels have ended.
 * Thread-safe.
 */
final class RunningWorker {
  private static final Logger LOG = LoggerFactory.getLogger(RunningWorker.class);
  private static final long LOOK_NANOS = 300_000;
  private static final int LOOKS_FOR_SESSION = 50;

  /** What util-linux' unshare says when its child was killed; it means nothing to anybody. */
  private static final String UNSHARE_COMPLAINT = "unshare: sigprocmask unblock failed";

  private final WorkerStart worker;
  private final Containment.Launched launched;
  private final int pidfd;
  private final Niceness niceness;
  private final ProcessListener listener;
  private final Killer killer;
  private final Hearing hearing;
  private final PipeWriter sender;
  private final PipeReader frames;
  private final PipeReader output;
  private final CallbackGate gate = new CallbackGate();
  private final AtomicInteger openChannels = new AtomicInteger(2);

  /** Stands for the pidfd at the poller. Guarded by this. */
  private long exitToken;

  /** Two threads may find it false at once, and do the same. */
  private volatile boolean yields;

  /** Written by the starting thread before it tells of the worker; the head until then. */
  private volatile ProcessId own;

  RunningWorker(
      WorkerStart worker,
      Containment.Launched launched,
      WorkerPipes pipes,
      int sendQueueFrames,
      Niceness niceness,
      ProcessListener listener,
      Killer killer,
      Hearing hearing) {
    this.worker = worker;
    this.launched = launched;
    this.pidfd = openPidfd(launched.head());
    this.niceness = niceness;
    this.listener = listener;
    this.killer = killer;
    this.hearing = hearing;
    this.own = launched.head();
    this.sender = new PipeWriter(worker.key(), pipes.toWorker(), sendQueueFrames, hearing.frames());
    this.frames = new PipeReader(pipes.frames(), hearing.frames(), new FrameSink());
    this.output = new PipeReader(pipes.output(), hearing.output(), new OutputSink());
    worker.sender(sender);
  }

  /**
   * The threads that serve workers.
   *
   * @param frames hears frames, and the ends of processes
   * @param output hears output: one that prints without end is not to hold up frames
   * @param starting where a thread is had while a worker starts
   */
  record Hearing(Poller frames, Poller output, Executor starting) {}

  WorkerKey key() {
    return worker.key();
  }

  long mark() {
    return worker.mark();
  }

  /** The process that the controller started. */
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
    hearing.starting().execute(this::announce);
  }

  /** The last act: nothing is read or written any more, and no descriptor is kept. */
  void forget() {
    sender.close();
    frames.close();
    output.close();
    if (pidfd >= 0) {
      Kernel.close(pidfd);
    }
  }

  private void announce() {
    killer.started(this);
    findOwn();
    ProcessId announced = own;
    tell(() -> listener.spawned(key(), announced.pid(), announced.startTicks()));
    boolean exitIsHeard = beginToHear();
    yieldFromTheStart();
    if (!exitIsHeard) {
      awaitExit();
    }
  }

  /** Whether its exit will be heard, too. */
  private boolean beginToHear() {
    try {
      frames.open();
      output.open();
      return watchExit();
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("worker {} can't be heard: killing it", key(), e);
      killer.kill(key());
      return false;
    }
  }

  private synchronized boolean watchExit() {
    if (pidfd < 0) {
      return false;
    }
    exitToken = hearing.frames().watchReadable(pidfd, buffer -> exited());
    return true;
  }

  /** A pidfd would be ready again and again. */
  private synchronized void unwatchExit() {
    hearing.frames().unwatch(exitToken, pidfd);
  }

  /** Its head is dead. */
  private void exited() {
    unwatchExit();
    int value = Kernel.exitValue(head().pid());
    if (value >= 0) {
      killer.exited(this, value);
    } else {
      // The JDK was first, and is about to say so.
      awaitExit();
    }
  }

  private void awaitExit() {
    try {
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

  /** Has it die without yielding to anybody; to be called when it has been signalled. */
  void lift() {
    niceness.lift(own, yields);
  }

  /** In a pid namespace the worker's own process appears a little later. */
  private void findOwn() {
    NamespaceEnclosure namespace = launched.namespace();
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

  private final class FrameSink implements PipeReader.Sink {
    private final FrameDecoder decoder = new FrameDecoder();
    private boolean broken;

    @Override
    public void take(byte[] buffer, int count) {
      yields();
      try {
        if (!broken) {
          decoder.put(buffer, count);
          tellFrames();
        }
      } catch (BrokenFrameException | OutOfMemoryError e) {
        broken(e);
      }
    }

    private void tellFrames() throws BrokenFrameException {
      Frame frame;
      while ((frame = decoder.next()) != null) {
        Frame read = frame;
        tell(() -> listener.frame(key(), read));
      }
    }

    @Override
    public void ended() {
      try {
        if (!broken) {
          decoder.end();
        }
      } catch (BrokenFrameException e) {
        broken(e);
      }
      channelEnded();
    }

    /** Cut off by its death, mostly; else nothing it says can be understood any more. */
    private void broken(Throwable e) {
      broken = true;
      LOG.info("the frames of worker {} end: {}", key(), e.getMessage());
      killer.kill(key());
    }
  }

  private final class OutputSink implements PipeReader.Sink {
    private final OutputLines lines = new OutputLines(RunningWorker.this::tellOutput);

    @Override
    public void take(byte[] buffer, int count) {
      lines.put(buffer, count);
    }

    @Override
    public void ended() {
      lines.end();
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

  /** Unless nothing more is to be told. */
  private void tell(Runnable callback) {
    gate.pass(() -> {
      try {
        callback.run();
      } catch (RuntimeException e) {
        LOG.error("what worker {} did was not taken note of", key(), e);
      }
    });
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
