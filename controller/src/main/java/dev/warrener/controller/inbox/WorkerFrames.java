package dev.warrener.controller.inbox;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.RunEnd;
import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** What goes to workers and comes from them, in frames. */
public final class WorkerFrames {
  private WorkerFrames() {}

  public static Frame hello(String worker, WorkerKey key, String controller, Duration lease) {
    return Frame.builder(FrameType.HELLO)
        .field("version", Frame.PROTOCOL_VERSION)
        .field("worker", worker)
        .field("incarnation", key.incarnation())
        .field("controller", controller)
        .field("lease-millis", lease.toMillis())
        .build();
  }

  public static Frame task(Task task, @Nullable Duration timeout, Instant now) {
    var frame =
        Frame.builder(FrameType.TASK)
            .field("task", task.id())
            .field("attempt", task.attempt())
            .field("queue", task.queue())
            .field("handler", task.handler())
            .field("content-type", task.contentType())
            .optionalField("batch", task.batch())
            .payload(task.body().bytes());
    if (timeout != null) {
      frame.field("timeout-millis", timeout.toMillis());
      frame.field("deadline", now.plus(timeout).toString());
    }
    task.headers()
        .forEach((name, value) -> {
          if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            frame.field("header." + name, value.toString());
          }
        });
    return frame.build();
  }

  public static Frame recall(String task, int attempt) {
    return Frame.builder(FrameType.RECALL).field("task", task).field("attempt", attempt).build();
  }

  public static Frame cancel(String task, int attempt, String reason) {
    return Frame.builder(FrameType.CANCEL)
        .field("task", task)
        .field("attempt", attempt)
        .field("reason", reason)
        .build();
  }

  /** The event that a frame stands for, or null if it stands for none. */
  public static @Nullable Event event(WorkerKey worker, Frame frame) throws BrokenFrameException {
    return switch (frame.type()) {
      case READY -> {
        if (frame.requireNumber("version") != Frame.PROTOCOL_VERSION) {
          throw new BrokenFrameException(
              "the worker speaks version "
                  + frame.requireText("version")
                  + " of the protocol, this controller "
                  + Frame.PROTOCOL_VERSION);
        }
        yield new Event.Ready(
            worker,
            new HashSet<>(Arrays.asList(frame.requireText("handlers").split(",", -1))),
            frame.text("ahead") == null ? 0 : Math.toIntExact(frame.requireNumber("ahead")));
      }
      case STARTED ->
          new Event.Started(
              worker, frame.requireText("task"), Math.toIntExact(frame.requireNumber("attempt")));
      case FINISHED ->
          new Event.Finished(
              worker,
              frame.requireText("task"),
              Math.toIntExact(frame.requireNumber("attempt")),
              end(frame));
      case LOG, PROGRESS, PONG, HELLO, TASK, CANCEL, RECALL, STOP, PING -> null;
    };
  }

  private static RunEnd end(Frame frame) throws BrokenFrameException {
    var outcome = frame.requireText("outcome");
    if (outcome.equals("succeeded")) {
      var contentType = frame.text("content-type");
      return new RunEnd(
          Body.of(frame.payload()), contentType == null ? Task.JSON : contentType, null);
    }
    if (!outcome.equals("failed")) {
      throw new BrokenFrameException("a run ends as succeeded or failed, not as " + outcome);
    }
    var type = frame.text("error-type");
    var message = frame.text("error-message");
    return new RunEnd(
        Body.EMPTY,
        Task.JSON,
        new TaskError(
            type == null ? "error" : type,
            message == null ? "the handler failed and said nothing" : message,
            frame.text("error-stack")));
  }
}
