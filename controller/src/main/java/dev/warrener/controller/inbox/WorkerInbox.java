package dev.warrener.controller.inbox;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.process.ProcessListener;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.messaging.task.Task;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Posts the frames and deaths of worker processes as events, and has the lines that they print
 * logged. Greets each new worker, and kills a worker that breaks the protocol. Waits for nothing.
 * Thread-safe.
 */
public final class WorkerInbox implements ProcessListener, AutoCloseable {
  /** The most characters of a sentence about how a worker broke the protocol. */
  private static final int LONGEST_CLAUSE = 300;

  /** A pause costs two calls into the kernel: several short ones would cost more than one. */
  private static final long SHORTEST_PAUSE_NANOS = 10_000_000;

  private final String controller;
  private final Duration lease;
  private final Supplier<WorkerProcesses> processes;
  private final Consumer<Event> events;
  private final BiConsumer<Duration, Runnable> later;
  private final RecentOutput recentOutput = new RecentOutput();
  private final Map<WorkerKey, WorkerConversation> conversations = new ConcurrentHashMap<>();
  private final WorkerLog log;

  /**
   * Makes an inbox.
   *
   * @param controller the controller's id
   * @param lease how long a worker lives without a frame from the controller; part of the greeting
   * @param processes returns the processes that this inbox listens to; called from the first
   *     callback on
   * @param events takes the events
   * @param later runs short work after a delay
   */
  public WorkerInbox(
      String controller,
      Duration lease,
      Supplier<WorkerProcesses> processes,
      Consumer<Event> events,
      BiConsumer<Duration, Runnable> later) {
    this.controller = controller;
    this.lease = lease;
    this.processes = processes;
    this.events = events;
    this.later = later;
    this.log = new WorkerLog(WorkerOutput::log, worker -> processes.get().readOn(worker));
  }

  /**
   * Notes that a worker is about to be sent a task. A worker that reports the start or the end of
   * anything else breaks the protocol.
   */
  public void handing(WorkerKey worker, Task task) {
    var conversation = conversations.get(worker);
    if (conversation != null) {
      conversation.handed(task.id(), task.attempt());
    }
  }

  @Override
  public void spawned(WorkerKey worker, long pid, long startTicks) {
    recentOutput.begin(worker);
    conversations.put(
        worker, new WorkerConversation(new Allowance(conversations::size, System.nanoTime())));
    processes.get().send(worker, WorkerFrames.hello(id(worker), worker, controller, lease));
    events.accept(new Event.Spawned(worker, pid, startTicks));
  }

  @Override
  public void spawnFailed(WorkerKey worker, String reason) {
    events.accept(new Event.SpawnFailed(worker, reason));
  }

  @Override
  public void frame(WorkerKey worker, Frame frame) {
    var conversation = conversations.get(worker);
    if (conversation == null || conversation.isBroken()) {
      return;
    }
    if (frame.type() == FrameType.LOG) {
      print(
          worker,
          WorkerOutput.level(frame),
          WorkerOutput.origin(id(worker), worker, frame),
          WorkerOutput.text(frame));
      return;
    }
    try {
      conversation.check(frame);
      if (frame.type() == FrameType.STARTED) {
        // What was printed before is another task's, and says nothing about this one.
        recentOutput.beginRun(worker);
      }
      var event = WorkerFrames.event(worker, frame);
      if (event != null) {
        events.accept(event);
      } else {
        conversation.allowance().use(frame.payload().length, System.nanoTime());
      }
    } catch (BrokenFrameException | ArithmeticException e) {
      protocolBroken(worker, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void protocolBroken(WorkerKey worker, String how) {
    // The sentence quotes what the worker wrote.
    var clause = WorkerOutput.printable(how, LONGEST_CLAUSE);
    var conversation = conversations.get(worker);
    if (conversation != null && conversation.markBroken()) {
      events.accept(new Event.ProtocolBroken(worker, clause));
      // Without waiting for the fleet's thread: until it is dead it may write without end.
      processes.get().kill(worker);
    }
  }

  @Override
  public void output(WorkerKey worker, String line) {
    print(
        worker,
        Level.INFO,
        WorkerOutput.origin(id(worker), worker),
        WorkerOutput.printable(WorkerOutput.withoutOptions(line)));
  }

  private void print(WorkerKey worker, Level level, String origin, String line) {
    recentOutput.add(worker, line);
    var conversation = conversations.get(worker);
    if (log.add(worker, level, origin, line) && conversation != null) {
      conversation.allowance().use(line.length(), System.nanoTime());
    }
  }

  @Override
  public void framesSkipped(WorkerKey worker, int frames) {
    var conversation = conversations.get(worker);
    if (conversation != null) {
      conversation.allowance().useFrames(frames, System.nanoTime());
    }
  }

  @Override
  public boolean takesMore(WorkerKey worker) {
    var conversation = conversations.get(worker);
    long wait = conversation == null ? 0 : conversation.allowance().pause(System.nanoTime());
    if (wait > 0) {
      later.accept(
          Duration.ofNanos(Math.max(wait, SHORTEST_PAUSE_NANOS)),
          () -> processes.get().readOn(worker));
      return false;
    }
    return log.hasRoom(worker);
  }

  @Override
  public void treeEmpty(DeathCertificate certificate) {
    conversations.remove(certificate.worker());
    events.accept(new Event.TreeEmpty(certificate, recentOutput.take(certificate.worker())));
  }

  @Override
  public void unconfirmed(
      WorkerKey worker,
      long pid,
      long startTicks,
      List<Survivor> survivors,
      @Nullable String doubt) {
    events.accept(new Event.Unconfirmed(worker, pid, startTicks, survivors, doubt));
  }

  /** Logs the waiting lines, for a moment at most. Later lines are not logged. */
  @Override
  public void close() {
    log.close();
  }

  private String id(WorkerKey worker) {
    return controller + "/" + worker.slot();
  }
}
