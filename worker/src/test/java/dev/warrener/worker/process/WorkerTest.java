package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.taskFrame;
import static dev.warrener.worker.process.InProcessWorker.ECHO;
import static dev.warrener.worker.process.InProcessWorker.ofTask;
import static dev.warrener.worker.process.InProcessWorker.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * A worker as its controller sees it, frame by frame, in this process: what a run is told and says.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerTest {
  @Test
  void readyWorkerNamesItsHandlersAndTakesTasksAhead() throws Exception {
    var other = new StubHandler("other", (context, input) -> TaskResult.none());
    try (var worker = new InProcessWorker(ECHO, other)) {
      worker.controller().hello();

      assertThat(worker.controller().next())
          .isEqualTo(
              Frame.builder(FrameType.READY)
                  .field(HeaderKey.VERSION, 1)
                  .field(HeaderKey.HANDLERS, "echo,other")
                  .field(HeaderKey.AHEAD, 1000)
                  .build());
    }
  }

  @Test
  void taskIsStartedAndFinished() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "echo", "[1]");

      assertThat(controller.next()).isEqualTo(ofTask(FrameType.STARTED, "a").build());
      assertThat(controller.next())
          .isEqualTo(
              ofTask(FrameType.FINISHED, "a")
                  .field(HeaderKey.OUTCOME, HeaderKey.SUCCEEDED)
                  .field(HeaderKey.CONTENT_TYPE, "application/json")
                  .payload("[1]".getBytes(StandardCharsets.UTF_8))
                  .build());
    }
  }

  @Test
  void startIsSaidBeforeTheHandlersFirstInstruction() throws Exception {
    var go = new CountDownLatch(1);
    var waiting =
        new StubHandler(
            "wait",
            (context, input) -> {
              go.await();
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(waiting)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "wait", "");

      // Nothing but the handler could let this frame out, and that waits for us.
      controller.next(FrameType.STARTED);
      go.countDown();
      controller.next(FrameType.FINISHED);
    }
  }

  @Test
  void contextSaysWhatTheTaskFrameSaid() throws Exception {
    BlockingQueue<TaskContext> seen = new LinkedBlockingQueue<>();
    var handler =
        new StubHandler(
            "look",
            (context, input) -> {
              seen.add(context);
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(handler)) {
      ControllerSide controller = ready(worker);
      controller.send(
          Frame.builder(FrameType.TASK)
              .field(HeaderKey.TASK, "a")
              .field(HeaderKey.ATTEMPT, 3)
              .field(HeaderKey.QUEUE, "thumbnails")
              .field(HeaderKey.HANDLER, "look")
              .field(HeaderKey.CONTENT_TYPE, "image/png")
              .field(HeaderKey.BATCH, "monday")
              .field(HeaderKey.DEADLINE, "2026-11-23T12:00:00.000Z")
              .field("header.traceparent", "00-1-2-03")
              .field("something-new", "ignored"));
      controller.until(FrameType.FINISHED);
    }

    TaskContext context = seen.remove();
    assertThat(context.id()).isEqualTo("a");
    assertThat(context.attempt()).isEqualTo(3);
    assertThat(context.queue()).isEqualTo("thumbnails");
    assertThat(context.handler()).isEqualTo("look");
    assertThat(context.contentType()).isEqualTo("image/png");
    assertThat(context.batch()).contains("monday");
    assertThat(context.deadline()).contains(Instant.parse("2026-11-23T12:00:00Z"));
    assertThat(context.headers()).isEqualTo(Map.of("traceparent", "00-1-2-03"));
    assertThat(context.isCancelled()).isFalse();
    assertThat(context.cancelReason()).isEmpty();
  }

  @Test
  void contextOfABareTaskIsEmpty() throws Exception {
    BlockingQueue<TaskContext> seen = new LinkedBlockingQueue<>();
    var handler =
        new StubHandler(
            "look",
            (context, input) -> {
              seen.add(context);
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(handler)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "look", "");
      controller.until(FrameType.FINISHED);
    }

    TaskContext context = seen.remove();
    assertThat(context.contentType()).isEqualTo("application/json");
    assertThat(context.batch()).isEmpty();
    assertThat(context.deadline()).isEmpty();
    assertThat(context.headers()).isEmpty();
  }

  @Test
  void pingIsAnsweredWhileAHandlerWorks() throws Exception {
    var go = new CountDownLatch(1);
    var waiting =
        new StubHandler(
            "wait",
            (context, input) -> {
              go.await();
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(waiting)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "wait", "");
      controller.next(FrameType.STARTED);
      controller.ping();

      controller.next(FrameType.PONG);
      go.countDown();
    }
  }

  @Test
  void manyTasksRunInTheirOrder() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ControllerSide controller = ready(worker);
      int count = 2_000;
      Thread.ofVirtual()
          .start(() -> {
            try {
              for (int task = 0; task < count; task++) {
                controller.send(taskFrame("t" + task, "echo").payload(new byte[task % 700]));
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      List<String> seen = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int task = 0; task < count; task++) {
        Frame started = controller.next(FrameType.STARTED);
        Frame finished = controller.next(FrameType.FINISHED);
        seen.add(started.text(HeaderKey.TASK) + " " + finished.text(HeaderKey.TASK));
        expected.add("t" + task + " t" + task);
      }

      assertThat(seen).isEqualTo(expected);
    }
  }
}
