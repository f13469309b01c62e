package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.Poller;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.controller.process.pipe.PipeWriter;
import dev.warrener.controller.process.pipe.WorkerPipes;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.process.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker processes of one controller. All methods may be called from any thread. None but
 * {@link #start} and {@link #close} blocks; the outcome of a call is reported to the {@link
 * ProcessListener}.
 */
public final class WorkerProcesses implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerProcesses.class);
  private static final long LOOK_NANOS = 300_000;
  private static final Duration UNDO_AGAIN = Duration.ofMillis(5);

  /** The longest that {@link #close} waits for all process trees: 10 s. */
  private static final long CLOSE_NANOS = 10_000_000_000L;

  private final ProcessSettings settings;
  private final ProcessListener listener;
  private final ContainmentProbe.Result probed;
  private final ConcurrentMap<WorkerKey, WorkerStart> workers = new ConcurrentHashMap<>();
  private final Set<Long> marksInUse = ConcurrentHashMap.newKeySet();
  private final AtomicLong started = new AtomicLong();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Spawner spawner;
  private final Descendants descendants;
  private final Killer killer;
  private final Reaper reaper;
  private final Niceness niceness;

  private final Poller exits = new Poller();
  private final FrameMemory memory;
  private final Poller frames;
  private final Poller output = new Poller();

  /**
   * Provides a thread for each worker that starts. Threads stay for a while, because often many
   * workers start.
   */
  private final ExecutorService starting =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("warrener-start").factory());

  /** The writers that have frames to be written by the next {@link #flush}. */
  private final Queue<PipeWriter> unwritten = new ConcurrentLinkedQueue<>();

  /** Owned by the spawner's thread. */
  private final SidecarKeeper sidecar;

  private WorkerProcesses(
      ProcessSettings settings,
      ProcessListener listener,
      Spawner spawner,
      long spawnerThread,
      ContainmentProbe.Result probed) {
    this.settings = settings;
    this.listener = listener;
    this.spawner = spawner;
    this.probed = probed;
    this.niceness = new Niceness(settings.workerNice(), probed.containment().programs().nice());
    this.descendants = new Descendants(settings.run(), probed.marked(), marksInUse, spawnerThread);
    this.killer =
        new Killer(settings, probed.containment(), this.listener, descendants, workers, marksInUse);
    this.reaper = new Reaper(killer);
    this.sidecar =
        new SidecarKeeper(settings.run(), probed.containment(), spawner, this.descendants);
    this.memory = settings.frameMemory();
    this.frames = new Poller(memory::endStalled);
  }

  /**
   * Probes which containment works here, links the native calls and starts the threads. Takes some
   * tens of milliseconds; a fraction of a second on a busy machine.
   *
   * @throws ProcessLayerException if the containment that the settings ask for does not work here
   */
  public static WorkerProcesses start(ProcessSettings settings, ProcessListener listener) {
    return start(settings, listener, true);
  }

  /** Starts the processes; {@code marks} false simulates a host where marks do not work. */
  static WorkerProcesses start(ProcessSettings settings, ProcessListener listener, boolean marks) {
    Kernel.link();
    int error = Kernel.becomeSubreaper();
    if (error != 0) {
      throw new ProcessLayerException(
          "this process can't become the subreaper of its workers (error "
              + error
              + "): Linux 3.4 or newer is needed");
    }
    var spawner = new Spawner();
    thread("spawner", spawner).start();
    try {
      ContainmentProbe.Result probed = spawner.call(() -> ContainmentProbe.run(settings));
      if (!marks) {
        probed = new ContainmentProbe.Result(probed.containment(), false, probed.report());
      }
      long spawnerThread = spawner.call(ProcFile::currentThread);
      var processes = new WorkerProcesses(settings, listener, spawner, spawnerThread, probed);
      processes.begin();
      return processes;
    } catch (InterruptedException e) {
      spawner.stop();
      Thread.currentThread().interrupt();
      throw new ProcessLayerException("interrupted while worker processes were prepared", e);
    } catch (RuntimeException e) {
      spawner.stop();
      throw e;
    }
  }

  private void begin() throws InterruptedException {
    spawner.call(() -> {
      sidecar.start();
      return true;
    });
    Niceness.lowerPriorityOfCompilers();
    thread("killer", killer).start();
    thread("reaper", reaper).start();
    thread("exits", exits).start();
    thread("frames", frames).start();
    thread("output", output).start();
    LOG.info(
        "workers are held by {}{}; limit of processes and threads: {}",
        probed.report().tier(),
        probed.report().proven() ? "" : ", without proof of their death by the kernel",
        probed.report().pids());
  }

  /**
   * Starts a worker's process.
   *
   * @param worker a key that was never used before
   * @param command program and arguments; the program is looked up on the PATH of {@code
   *     environment}, or on the controller's if that has none
   * @param environment the whole environment of the worker, to which only WARRENER_ variables are
   *     added: no variable of the controller's own gets into it
   * @throws IllegalArgumentException if the command is empty or the key is in use
   */
  public void spawn(WorkerKey worker, List<String> command, Map<String, String> environment) {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("the command of worker " + worker + " is empty");
    }
    var wanted =
        new WorkerStart(
            worker, Mark.of(settings.run(), started.incrementAndGet()), command, environment);
    if (workers.putIfAbsent(worker, wanted) != null) {
      throw new IllegalArgumentException("there is a worker " + worker + " already");
    }
    spawner.execute(() -> launch(wanted));
  }

  /**
   * Sends a frame to a worker.
   *
   * @return false if it can't be sent, because the worker does not read and its queue is full, or
   *     because there is no such worker (yet, or any more). True promises only that the frame will
   *     be written if the worker goes on reading
   */
  public boolean send(WorkerKey worker, Frame frame) {
    boolean taken = sendLater(worker, frame);
    flush();
    return taken;
  }

  /**
   * Accepts a frame like {@link #send}, to be written by the next {@link #flush} at the latest. For
   * a caller with frames for several workers, or several for one.
   */
  public boolean sendLater(WorkerKey worker, Frame frame) {
    WorkerStart known = workers.get(worker);
    PipeWriter sender = known == null ? null : known.sender();
    return sender != null && sender.offer(frame, unwritten);
  }

  /** Writes frames that were sent by any thread, as far as the pipes have room. */
  public void flush() {
    PipeWriter next;
    while ((next = unwritten.poll()) != null) {
      next.flush();
    }
  }

  /** Reads on what a worker writes, after {@link ProcessListener#takesMore} was false. */
  public void readOn(WorkerKey worker) {
    WorkerStart known = workers.get(worker);
    RunningWorker running = known == null ? null : known.running();
    if (running != null) {
      running.readOn();
    }
  }

  /**
   * Kills a worker with all its descendants at once. A worker that is still being started is killed
   * as soon as it exists; if it does not exist yet it never will, and {@link
   * ProcessListener#spawnFailed} follows. Calls for an unknown, dying or dead worker do nothing.
   */
  public void kill(WorkerKey worker) {
    killer.kill(worker);
  }

  /** Kills all these workers as {@link #kill} does, signalling all before looking at any. */
  public void killAll(Collection<WorkerKey> workersToKill) {
    killer.kill(workersToKill);
  }

  /**
   * Asks a worker to end: sends SIGTERM to its process group. That says nothing about its death:
   * call {@link #kill} when the grace period is over.
   */
  public void terminate(WorkerKey worker) {
    killer.terminate(worker);
  }

  /** Returns the memory for large frames and for what came in them. */
  public FrameMemory frameMemory() {
    return memory;
  }

  /** Returns which containment is in force, and why no better one is. */
  public ContainmentReport containment() {
    return probed.report();
  }

  /**
   * Kills all workers. Returns when all process trees are empty and that was reported to the
   * listener, or after 10 s. Starts nothing any more. A second call does nothing. Must not be
   * called by the listener.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      killer.kill(workers.keySet());
      boolean allDead = awaitNoWorkers();
      if (!allDead) {
        LOG.error("the processes of these workers could not be killed: {}", workers.keySet());
      }
      spawner.call(() -> {
        endSidecar(allDead);
        return true;
      });
      reaper.stop();
      killer.stop();
      starting.shutdown();
      exits.stop();
      frames.stop();
      output.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.error("closing was interrupted; the parent-death signal kills what is left");
    } finally {
      spawner.stop();
    }
  }

  private boolean awaitNoWorkers() throws InterruptedException {
    long start = System.nanoTime();
    while (!workers.isEmpty()) {
      if (System.nanoTime() - start > CLOSE_NANOS) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
    }
    return true;
  }

  /** On the spawner's thread. */
  private void launch(WorkerStart worker) {
    if (!worker.claimStart()) {
      return;
    }
    if (closing.get()) {
      killer.notStarted(worker, "the controller is closing");
      return;
    }
    try {
      var command = new ArrayList<>(niceness.prefix());
      command.addAll(withProgramFound(worker));
      marksInUse.add(worker.mark());
      WorkerPipes pipes = WorkerPipes.open();
      Containment.Launched launched = launch(worker, command, pipes);
      reaper.childStarted();
      serve(worker, launched, pipes);
    } catch (IOException e) {
      killer.notStarted(worker, "its process can't be started: " + e.getMessage());
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("worker {} was not started", worker.key(), e);
      undo(worker, "its process can't be started: " + e);
    }
  }

  /**
   * Ends what there is of a worker whose start failed halfway, and reports that it will never exist
   * only when nothing is left.
   */
  private void undo(WorkerStart worker, String reason) {
    CgroupEnclosure cgroup = probed.containment().enclosureOf(worker.key());
    boolean killed = cgroup == null || cgroup.kill() == null;
    if (Spawner.undoWorker(worker.mark()) && killed && (cgroup == null || cgroup.isEmpty())) {
      killer.notStarted(worker, reason);
    } else {
      spawner.executeLater(UNDO_AGAIN, () -> undo(worker, reason));
    }
  }

  private Containment.Launched launch(WorkerStart worker, List<String> command, WorkerPipes pipes)
      throws IOException {
    try {
      Containment.Launched launched =
          probed
              .containment()
              .with(limitNow())
              .launch(worker.key(), worker.mark(), command, environmentOf(worker), pipes::giveTo);
      pipes.closeWorkersEnds();
      return launched;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      pipes.close();
      throw e;
    }
  }

  /** Returns the limit on processes, with what the user runs besides workers counted anew. */
  private PidsLimit limitNow() {
    PidsLimit limit = probed.containment().pids();
    return limit.by() == PidsLimit.By.USER
        ? limit.counted(PidsLimit.User.current(settings.run()))
        : limit;
  }

  private void serve(WorkerStart worker, Containment.Launched launched, WorkerPipes pipes) {
    RunningWorker running = null;
    try {
      running =
          new RunningWorker(
              worker,
              launched,
              pipes,
              settings.sendQueueFrames(),
              niceness,
              listener,
              killer,
              new RunningWorker.Hearing(exits, frames, output, starting, memory));
      running.start();
    } catch (RuntimeException | OutOfMemoryError e) {
      // Nobody would notice the worker's end, so it must not live: see undo.
      launched.enclosures().forEach(Enclosure::kill);
      if (running == null) {
        pipes.close();
      } else {
        running.forget();
      }
      throw e;
    }
  }

  private static List<String> withProgramFound(WorkerStart worker) throws IOException {
    String name = worker.command().getFirst();
    String path = worker.environment().getOrDefault("PATH", Programs.ownPath());
    String program = Programs.find(name, path);
    if (program == null) {
      throw new IOException(
          "there is no program '"
              + name
              + "'"
              + (name.contains("/") ? "" : " on the PATH " + path));
    }
    var command = new ArrayList<>(worker.command());
    command.set(0, program);
    return command;
  }

  private Map<String, String> environmentOf(WorkerStart worker) {
    var environment = new HashMap<>(worker.environment());
    environment.put(Worker.FRAMES_IN, "4");
    environment.put(Worker.FRAMES_OUT, "3");
    environment.put(Cookie.VARIABLE, new Cookie(settings.run(), worker.key()).toString());
    return environment;
  }

  /** On the spawner's thread. */
  private void endSidecar(boolean allDead) throws InterruptedException {
    sidecar.end(allDead);
    CgroupParent cgroups = probed.containment().cgroups();
    if (allDead && cgroups != null && !cgroups.whole().isEmpty()) {
      LOG.warn("the cgroup {} can't be removed", cgroups.directory());
    }
  }

  private static Thread thread(String name, Runnable task) {
    return Thread.ofPlatform().daemon().name("warrener-" + name).unstarted(task);
  }
}
