package dev.warrener.controller.inbox;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.process.ProcessListener;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts the frames and deaths of worker processes as events, and logs what they print. Greets each
 * new worker, and kills a worker that breaks the protocol. Thread-safe.
 */
public final class WorkerInbox implements ProcessListener {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerInbox.class);

  private final String controller;
  private final Duration lease;
  private final Supplier<WorkerProcesses> processes;
  private final Consumer<Event> events;
  private final RecentOutput recentOutput = new RecentOutput();

  /**
   * Makes an inbox.
   *
   * @param controller the controller's id
   * @param lease how long a worker lives without a frame from the controller; part of the greeting
   * @param processes returns the processes that this inbox listens to; called from the first
   *     callback on
   * @param events takes the events
   */
  public WorkerInbox(
      String controller,
      Duration lease,
      Supplier<WorkerProcesses> processes,
      Consumer<Event> events) {
    this.controller = controller;
    this.lease = lease;
    this.processes = processes;
    this.events = events;
  }

  @Override
  public void spawned(WorkerKey worker, long pid, long startTicks) {
    recentOutput.begin(worker);
    processes.get().send(worker, WorkerFrames.hello(id(worker), worker, controller, lease));
    events.accept(new Event.Spawned(worker, pid, startTicks));
  }

  @Override
  public void spawnFailed(WorkerKey worker, String reason) {
    events.accept(new Event.SpawnFailed(worker, reason));
  }

  @Override
  public void frame(WorkerKey worker, Frame frame) {
    if (frame.type() == FrameType.LOG) {
      recentOutput.add(worker, WorkerOutput.log(id(worker), worker, frame));
      return;
    }
    try {
      var event = WorkerFrames.event(worker, frame);
      if (event != null) {
        events.accept(event);
      }
    } catch (BrokenFrameException | ArithmeticException e) {
      LOG.warn("worker {} broke the protocol and is killed: {}", id(worker), e.getMessage());
      processes.get().kill(worker);
    }
  }

  @Override
  public void output(WorkerKey worker, String line) {
    recentOutput.add(worker, WorkerOutput.raw(id(worker), worker, line));
  }

  @Override
  public void treeEmpty(DeathCertificate certificate) {
    events.accept(new Event.TreeEmpty(certificate, recentOutput.take(certificate.worker())));
  }

  @Override
  public void unconfirmed(WorkerKey worker, long pid, long startTicks, List<Survivor> survivors) {
    events.accept(new Event.Unconfirmed(worker, pid, startTicks, survivors));
  }

  private String id(WorkerKey worker) {
    return controller + "/" + worker.slot();
  }
}
