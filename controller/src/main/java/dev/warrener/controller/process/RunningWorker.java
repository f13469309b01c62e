package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Poller;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.UnreadableException;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.controller.process.pipe.OutputLines;
import dev.warrener.controller.process.pipe.PipeReader;
import dev.warrener.controller.process.pipe.PipeWriter;
import dev.warrener.controller.process.pipe.RestOfLines;
import dev.warrener.controller.process.pipe.WorkerPipes;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameDecoder;
import dev.warrener.worker.frame.FrameType;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker whose process was started. The pollers that serve all workers read its frames and output
 * and notice its exit; it has a thread of its own only while it starts. They pass its frames and
 * output to the listener, and tell the killer when it has exited and when its pipes have ended.
 * Thread-safe.
 */
final class RunningWorker {
  private static final Logger LOG = LoggerFactory.getLogger(RunningWorker.class);
  private static final long LOOK_NANOS = 300_000;
  private static final int LOOKS_FOR_SESSION = 50;

  /** The most bytes of output that are made into lines at once: each may be a line of its own. */
  private static final int MOST_OUTPUT_AT_ONCE = 8 * 1024;

  /**
   * The line that util-linux' unshare prints when its child was killed; it has no meaning for
   * anybody.
   */
  private static final String UNSHARE_COMPLAINT = "unshare: sigprocmask unblock failed";

  private final WorkerStart worker;
  private final Containment.Launched launched;
  private final int pidfd;
  private final Niceness niceness;
  private final ProcessListener listener;
  private final Killer killer;
  private final Hearing hearing;
  private final PipeWriter sender;
  private final FrameSink frameSink;
  private final OutputSink outputSink;
  private final PipeReader frames;
  private final PipeReader output;
  private final CallbackGate gate = new CallbackGate();
  private final AtomicInteger openChannels = new AtomicInteger(2);

  /** The pidfd's token at the poller. Guarded by this. */
  private long exitToken;

  /** Whether its session's priority is lowered. Two threads may find it false and both lower it. */
  private volatile boolean yields;

  /** Written by the starting thread before it reports the worker; the head until then. */
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
    this.pidfd = Signals.openPidfd(launched.head());
    this.niceness = niceness;
    this.listener = listener;
    this.killer = killer;
    this.hearing = hearing;
    this.own = launched.head();
    this.sender = new PipeWriter(worker.key(), pipes.toWorker(), sendQueueFrames, hearing.frames());
    this.frameSink = new FrameSink();
    this.outputSink = new OutputSink();
    this.frames = new PipeReader(pipes.frames(), hearing.frames(), frameSink);
    this.output = new PipeReader(pipes.output(), hearing.output(), outputSink, MOST_OUTPUT_AT_ONCE);
    worker.running(this, sender);
  }

  /**
   * The threads that serve workers.
   *
   * @param exits notices the exits of processes, apart from all else: a kill waits for them
   * @param frames reads frames
   * @param output reads output, apart from the frames, so that a worker that prints without end
   *     does not hold up frames
   * @param starting provides a thread while a worker starts
   * @param memory the memory for large frames
   */
  record Hearing(
      Poller exits, Poller frames, Poller output, Executor starting, FrameMemory memory) {}

  WorkerKey key() {
    return worker.key();
  }

  long mark() {
    return worker.mark();
  }

  /** The process that the controller started, the head of the tree. */
  ProcessId head() {
    return launched.head();
  }

  /** The worker's own process: the head, or in a pid namespace the head's grandchild. */
  ProcessId own() {
    return own;
  }

  Containment.Launched launched() {
    return launched;
  }

  /** The pidfd of the head, negative if there is none; closed by {@link #forget}. */
  int pidfd() {
    return pidfd;
  }

  CallbackGate gate() {
    return gate;
  }

  /**
   * Starts to serve the worker.
   *
   * @throws OutOfMemoryError if there can be no thread for it; then nothing was reported about it
   */
  void start() {
    hearing.starting().execute(this::announce);
  }

  /** Closes all descriptors; nothing is read or written any more. */
  void forget() {
    frameSink.large.end();
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
    boolean exitIsWatched = startReading();
    yieldFromTheStart();
    if (!exitIsWatched) {
      awaitExit();
    }
  }

  /** Starts to read. Returns whether the poller notices the exit, too. */
  private boolean startReading() {
    try {
      frames.open();
      output.open();
      return watchExit();
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("the pipes of worker {} can't be read; the worker is killed", key(), e);
      killer.kill(key());
      return false;
    }
  }

  private synchronized boolean watchExit() {
    if (pidfd < 0) {
      return false;
    }
    exitToken = hearing.exits().watchReadable(pidfd, buffer -> exited());
    return true;
  }

  /** Stops watching the exit: the pidfd of a dead process stays ready for ever. */
  private synchronized void unwatchExit() {
    hearing.exits().unwatch(exitToken, pidfd);
  }

  /** Reads on after the listener took no more. */
  void readOn() {
    read(PipeReader::readOn);
  }

  private void read(Consumer<PipeReader> how) {
    try {
      how.accept(frames);
      how.accept(output);
    } catch (IllegalStateException e) {
      LOG.error("the pipes of worker {} can't be read on; the worker is killed", key(), e);
      killer.kill(key());
    }
  }

  /** Takes the exit status of the head, which is dead. */
  private void exited() {
    unwatchExit();
    readRest();
    int value = Kernel.exitValue(head().pid());
    if (value >= 0) {
      killer.exited(this, value);
    } else {
      // The JDK has taken the status first, and is about to return it.
      awaitExit();
    }
  }

  /** Reads the rest of its frames and output, for which its certificate waits. */
  private void readRest() {
    frameSink.logLines.begin();
    outputSink.lines.begin();
    read(PipeReader::readToEnd);
  }

  private void awaitExit() {
    try {
      int value = launched.process().waitFor();
      readRest();
      killer.exited(this, value);
    } catch (InterruptedException e) {
      LOG.error("the exit of worker {} is not noticed: its thread was interrupted", key(), e);
    }
  }

  /**
   * Lowers the priority early: a starting JVM burns a processor before it sends its first frame.
   */
  private void yieldFromTheStart() {
    for (int i = 0; i < LOOKS_FOR_SESSION && launched.process().isAlive(); i++) {
      if (yields()) {
        return;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Lowers the priority of its session; returns whether that is done. */
  private boolean yields() {
    yields = yields || niceness.lowerSessionPriority(own);
    return yields;
  }

  /** Raises its priority, so that it dies fast; to be called after the signal. */
  void restorePriority() {
    niceness.restorePriority(own, yields);
  }

  /** Waits for the worker's own process, which appears a little later in a pid namespace. */
  private void findOwn() {
    NamespaceEnclosure namespace = launched.namespace();
    while (namespace != null) {
      ProcessId found = findWorker(namespace);
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

  private static @Nullable ProcessId findWorker(NamespaceEnclosure namespace) {
    try {
      return namespace.findWorker();
    } catch (UnreadableException e) {
      return null;
    }
  }

  private final class FrameSink implements PipeReader.Sink {
    private final FrameDecoder decoder = new FrameDecoder();
    private final RestOfLines<Frame> logLines =
        new RestOfLines<>(this::passOn, RunningWorker.this::tellLeftOut);
    private final FrameMemory.Incoming large = hearing.memory().new Incoming(this::stalled);
    private volatile boolean broken;

    @Override
    public boolean take(byte[] buffer, int count) {
      yields();
      try {
        if (!broken) {
          decoder.put(buffer, count);
          passOnFrames();
          return hasMemory() && listener.takesMore(key());
        }
      } catch (BrokenFrameException e) {
        protocolBroken(String.valueOf(e.getMessage()));
      }
      return listener.takesMore(key());
    }

    /** Takes the memory for a large frame whose beginning has come. */
    private boolean hasMemory() throws BrokenFrameException {
      long pending = decoder.pending();
      if (pending > hearing.memory().mostBytes()) {
        throw new BrokenFrameException(
            "a frame of "
                + pending
                + " bytes, and the heap of this controller has room for "
                + hearing.memory().mostBytes()
                + ": give it more (-Xmx), or return less");
      }
      return pending <= FrameMemory.SMALL_BYTES || begins(pending);
    }

    private boolean begins(long bytes) {
      return large.begin(
          bytes,
          () -> {
            if (begins(bytes)) {
              readOn();
            }
          });
    }

    private void stalled() {
      protocolBroken("it stopped in the middle of a large frame, for whose memory others waited");
    }

    private void protocolBroken(String how) {
      tell(() -> listener.protocolBroken(key(), how));
      broken();
    }

    private void passOnFrames() throws BrokenFrameException {
      Frame frame;
      while ((frame = decoder.next()) != null) {
        if (frame.type() == FrameType.LOG) {
          logLines.add(frame);
        } else {
          passOn(frame);
        }
        large.end();
      }
      int skipped = decoder.takeSkipped();
      if (skipped > 0) {
        tell(() -> listener.framesSkipped(key(), skipped));
      }
    }

    private void passOn(Frame frame) {
      tell(() -> listener.frame(key(), frame));
    }

    @Override
    public void ended() {
      logLines.end();
      try {
        if (!broken) {
          decoder.end();
        }
      } catch (BrokenFrameException e) {
        // Cut off by its death, mostly.
        LOG.debug("the frames of worker {} end too early: {}", key(), e.getMessage());
        broken();
      }
      large.end();
      channelEnded();
    }

    /** Nothing that it writes can be understood any more. */
    private void broken() {
      broken = true;
      large.end();
      killer.kill(key());
    }
  }

  private final class OutputSink implements PipeReader.Sink {
    private final RestOfLines<String> lines =
        new RestOfLines<>(RunningWorker.this::passOnLine, RunningWorker.this::tellLeftOut);
    private final OutputLines splitter = new OutputLines(lines::add);

    @Override
    public boolean take(byte[] buffer, int count) {
      splitter.put(buffer, count);
      return listener.takesMore(key());
    }

    @Override
    public void ended() {
      splitter.end();
      lines.end();
      channelEnded();
    }
  }

  private void passOnLine(String line) {
    if (launched.namespace() == null || !line.startsWith(UNSHARE_COMPLAINT)) {
      tell(() -> listener.output(key(), line));
    }
  }

  private void tellLeftOut(int count) {
    passOnLine(
        "(" + count + " lines are left out here: the worker was dead before they were read)");
  }

  private void channelEnded() {
    if (openChannels.decrementAndGet() == 0) {
      killer.drained(this);
    }
  }

  /** Calls the listener, unless the last callback was made already. */
  private void tell(Runnable callback) {
    gate.pass(() -> {
      try {
        callback.run();
      } catch (RuntimeException e) {
        LOG.error("a bug: the listener failed on worker {}", key(), e);
      }
    });
  }
}
