package dev.warrener.controller.inbox;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the frames that a controller sends to its workers, and reads the frames they send. */
public final class WorkerFrames {
  /** The most unavailable handlers that are named: a worker can't make us hold more. */
  private static final int MOST_SENTENCES = 20;

  private static final int LONGEST_TYPE = 256;
  private static final int LONGEST_MESSAGE = 8 * 1024;
  private static final int LONGEST_STACK = 32 * 1024;

  private WorkerFrames() {}

  /**
   * Returns the frame that greets a worker.
   *
   * @param worker its id, for example {@code web-1/2}
   * @param lease how long the worker lives without a frame from the controller
   */
  static Frame hello(String worker, WorkerKey key, String controller, Duration lease) {
    return Frame.builder(FrameType.HELLO)
        .field(HeaderKey.VERSION, Frame.PROTOCOL_VERSION)
        .field(HeaderKey.WORKER, worker)
        .field(HeaderKey.INCARNATION, key.incarnation())
        .field(HeaderKey.CONTROLLER, controller)
        .field(HeaderKey.LEASE_MILLIS, lease.toMillis())
        .build();
  }

  /**
   * Returns the frame that hands a task to a worker.
   *
   * @param timeout the hard limit of the run, or null for none
   */
  public static Frame task(Task task, @Nullable Duration timeout, Instant now) {
    var frame =
        Frame.builder(FrameType.TASK)
            .field(HeaderKey.TASK, task.id())
            .field(HeaderKey.ATTEMPT, task.attempt())
            .field(HeaderKey.QUEUE, task.queue())
            .field(HeaderKey.HANDLER, task.handler())
            .field(HeaderKey.CONTENT_TYPE, task.contentType())
            .optionalField(HeaderKey.BATCH, task.batch())
            .payload(task.body().bytes());
    if (timeout != null) {
      frame.field(HeaderKey.TIMEOUT_MILLIS, timeout.toMillis());
      frame.field(HeaderKey.DEADLINE, now.plus(timeout).toString());
    }
    task.headers()
        .forEach((name, value) -> {
          if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            frame.field(HeaderKey.PASSED_PREFIX + name, value.toString());
          }
        });
    return frame.build();
  }

  /** Returns the frame that asks a worker to return a task that it has not started. */
  public static Frame recall(String task, int attempt) {
    return Frame.builder(FrameType.RECALL)
        .field(HeaderKey.TASK, task)
        .field(HeaderKey.ATTEMPT, attempt)
        .build();
  }

  /** Returns the frame that asks a worker to end when it has no task. */
  public static Frame stop() {
    return Frame.of(FrameType.STOP);
  }

  /** Returns the frame that asks a worker to end a run. */
  public static Frame cancel(String task, int attempt, String reason) {
    return Frame.builder(FrameType.CANCEL)
        .field(HeaderKey.TASK, task)
        .field(HeaderKey.ATTEMPT, attempt)
        .field(HeaderKey.REASON, reason)
        .build();
  }

  /** Returns the event that a worker's frame stands for, or null if it stands for none. */
  static @Nullable Event event(WorkerKey worker, Frame frame) throws BrokenFrameException {
    return switch (frame.type()) {
      case READY -> {
        if (frame.requireNumber(HeaderKey.VERSION) != Frame.PROTOCOL_VERSION) {
          throw new BrokenFrameException(
              "the worker speaks version "
                  + frame.requireText(HeaderKey.VERSION)
                  + " of the protocol, this controller "
                  + Frame.PROTOCOL_VERSION);
        }
        yield new Event.Ready(
            worker,
            new HashSet<>(Arrays.asList(frame.requireText(HeaderKey.HANDLERS).split(",", -1))),
            frame.text(HeaderKey.AHEAD) == null
                ? 0
                : Math.toIntExact(frame.requireNumber(HeaderKey.AHEAD)),
            unavailable(frame.text(HeaderKey.UNAVAILABLE)));
      }
      case STARTED -> new Event.Started(worker, frame.requireText(HeaderKey.TASK), attempt(frame));
      case FINISHED ->
          new Event.Finished(worker, frame.requireText(HeaderKey.TASK), attempt(frame), end(frame));
      case LOG, PROGRESS, PONG, HELLO, TASK, CANCEL, RECALL, STOP, PING -> null;
    };
  }

  private static List<String> unavailable(@Nullable String sentences) {
    return sentences == null
        ? List.of()
        : sentences.lines().limit(MOST_SENTENCES).map(WorkerOutput::sentence).toList();
  }

  static int attempt(Frame frame) throws BrokenFrameException {
    return Math.toIntExact(frame.requireNumber(HeaderKey.ATTEMPT));
  }

  private static RunEnd end(Frame frame) throws BrokenFrameException {
    var outcome = frame.requireText(HeaderKey.OUTCOME);
    if (outcome.equals(HeaderKey.SUCCEEDED)) {
      var contentType = frame.text(HeaderKey.CONTENT_TYPE);
      return new RunEnd(
          Body.of(frame.payload()), contentType == null ? Task.JSON : contentType, null);
    }
    if (!outcome.equals(HeaderKey.FAILED)) {
      throw new BrokenFrameException("a run ends as succeeded or failed, not as " + outcome);
    }
    var type = frame.text(HeaderKey.ERROR_TYPE);
    var message = frame.text(HeaderKey.ERROR_MESSAGE);
    var stack = frame.text(HeaderKey.ERROR_STACK);
    return new RunEnd(
        Body.EMPTY,
        Task.JSON,
        new TaskError(
            type == null ? "error" : cut(type, LONGEST_TYPE),
            message == null
                ? "the handler failed without a message"
                : cut(message, LONGEST_MESSAGE),
            stack == null ? null : cut(stack, LONGEST_STACK)));
  }

  /** Keeps to the bounds of the Java worker; others may not. */
  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "…";
  }
}
