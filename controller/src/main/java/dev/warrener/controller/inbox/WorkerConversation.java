package dev.warrener.controller.inbox;

import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.HeaderKey;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks each frame of one worker against what the worker was sent: it is ready once, it starts and
 * finishes only what it was handed, once each, and one task at a time. So a worker can post no more
 * events than it was handed tasks, whatever it writes. Thread-safe.
 */
final class WorkerConversation {
  private static final int LONGEST_ID = 80;

  /** The most characters of the names and values of one frame: 256 Ki. */
  private static final int MOST_CHARACTERS = 256 * 1024;

  private final Allowance allowance;
  private final Set<Run> handed = new HashSet<>();
  private @Nullable Run running;
  private boolean isReady;
  private boolean isBroken;

  /** A run of a task, as frames name it. */
  private record Run(String task, int attempt) {
    static Run of(Frame frame) throws BrokenFrameException {
      return new Run(frame.requireText(HeaderKey.TASK), WorkerFrames.attempt(frame));
    }

    String describe() {
      return "task " + WorkerOutput.printable(task, LONGEST_ID) + ", attempt " + attempt;
    }
  }

  /**
   * Makes the conversation of a worker that has written nothing.
   *
   * @param allowance bounds what nothing waits for
   */
  WorkerConversation(Allowance allowance) {
    this.allowance = allowance;
  }

  /** Returns what the worker may write that nothing waits for. */
  Allowance allowance() {
    return allowance;
  }

  /** Notes that the worker is about to be sent a task. */
  synchronized void handed(String task, int attempt) {
    handed.add(new Run(task, attempt));
  }

  /** Whether the worker has broken the protocol: nothing that it writes counts any more. */
  synchronized boolean isBroken() {
    return isBroken;
  }

  /** Notes that the worker has broken the protocol. Returns whether that is new. */
  synchronized boolean markBroken() {
    boolean isNew = !isBroken;
    isBroken = true;
    return isNew;
  }

  /**
   * Checks a frame against what the worker was sent.
   *
   * @throws BrokenFrameException if the worker may not write it now; the message says why
   */
  synchronized void check(Frame frame) throws BrokenFrameException {
    requireSmallHeader(frame);
    switch (frame.type()) {
      case READY -> {
        if (isReady) {
          throw new BrokenFrameException("it reported a second time that it is ready");
        }
        isReady = true;
      }
      case STARTED -> started(Run.of(frame));
      case FINISHED -> finished(Run.of(frame), frame);
      case LOG, PROGRESS, PONG, HELLO, TASK, CANCEL, RECALL, STOP, PING -> {}
    }
  }

  /**
   * Rejects a large header, because headers are kept with the fleet's state and shown in reports.
   */
  private static void requireSmallHeader(Frame frame) throws BrokenFrameException {
    long characters = 0;
    for (var field : frame.header().entrySet()) {
      characters += field.getKey().length() + field.getValue().length();
    }
    if (characters > MOST_CHARACTERS) {
      throw new BrokenFrameException(
          "the header of a frame has "
              + characters
              + " characters, and at most "
              + MOST_CHARACTERS
              + " are allowed");
    }
  }

  private void started(Run run) throws BrokenFrameException {
    if (!handed.contains(run)) {
      throw new BrokenFrameException(
          "it reported the start of " + run.describe() + ", which it was not sent");
    }
    if (running != null) {
      throw new BrokenFrameException(
          run.equals(running)
              ? "it reported the start of " + run.describe() + " twice"
              : "it reported the start of "
                  + run.describe()
                  + " while it ran "
                  + running.describe());
    }
    running = run;
  }

  private void finished(Run run, Frame frame) throws BrokenFrameException {
    if (!handed.contains(run)) {
      throw new BrokenFrameException(
          "it reported the end of " + run.describe() + ", which it does not have");
    }
    if (run.equals(running)) {
      running = null;
    } else if (running != null && !isNeverStarted(frame)) {
      throw new BrokenFrameException(
          "it reported the end of " + run.describe() + " while it ran " + running.describe());
    }
    handed.remove(run);
  }

  /** Whether an end means that the run was returned or refused, and never started. */
  private static boolean isNeverStarted(Frame frame) {
    String type = frame.text(HeaderKey.ERROR_TYPE);
    return ErrorType.CANCELLED.equals(type) || ErrorType.UNKNOWN_HANDLER.equals(type);
  }
}
