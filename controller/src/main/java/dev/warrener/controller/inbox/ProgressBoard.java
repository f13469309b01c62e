package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.TaskProgress;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.HeaderKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The last progress that each worker has reported. It decides nothing, so it is no part of the
 * fleet's state: the newest report replaces the one before, and is read when presence is published.
 * Thread-safe.
 */
public final class ProgressBoard {
  private static final int LONGEST_MESSAGE = 200;

  private final Map<WorkerKey, Reported> reported = new ConcurrentHashMap<>();

  private record Reported(String task, int attempt, TaskProgress progress) {}

  ProgressBoard() {}

  /** Notes the progress that a PROGRESS frame reports. */
  void note(WorkerKey worker, Frame frame) throws BrokenFrameException {
    var message =
        WorkerOutput.printable(
            new String(frame.payload(), StandardCharsets.UTF_8), LONGEST_MESSAGE);
    reported.put(
        worker,
        new Reported(
            frame.requireText(HeaderKey.TASK),
            WorkerFrames.attempt(frame),
            new TaskProgress(
                frame.requireNumber(HeaderKey.DONE),
                frame.requireNumber(HeaderKey.TOTAL),
                message.isEmpty() ? null : message)));
  }

  /** Forgets a worker that has ended. */
  void forget(WorkerKey worker) {
    reported.remove(worker);
  }

  /** Returns a worker's presence with the progress that the run of its task has reported. */
  public WorkerPresence in(WorkerPresence worker) {
    var last = reported.get(new WorkerKey(worker.slot(), worker.incarnation()));
    return last != null
            && last.task().equals(worker.task())
            && Integer.valueOf(last.attempt()).equals(worker.attempt())
        ? worker.withProgress(last.progress())
        : worker;
  }
}
