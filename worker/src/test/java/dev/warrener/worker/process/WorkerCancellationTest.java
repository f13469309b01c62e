package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.lines;
import static dev.warrener.worker.process.ControllerSide.payload;
import static dev.warrener.worker.process.InProcessWorker.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Runs that are cancelled or recalled. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerCancellationTest {
  @Test
  void cancelledHandlerIsInterruptedAndKnowsWhy() throws Exception {
    var patient =
        new StubHandler(
            "patient",
            (context, input) -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                System.out.println("tidy");
              }
              return TaskResult.json("\"" + context.cancelReason().orElseThrow() + "\"");
            });
    try (var worker = new InProcessWorker(patient)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "patient", "");
      controller.next(FrameType.STARTED);
      controller.cancel("a", "enough");
      List<Frame> frames = controller.until(FrameType.FINISHED);

      assertThat(lines(frames)).containsExactly("out: tidy");
      assertThat(payload(frames.getLast())).isEqualTo("\"enough\"");
      assertThat(frames.getLast().text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.SUCCEEDED);
    }
  }

  @Test
  void cancellationOfAnotherAttemptReachesNobody() throws Exception {
    var go = new CountDownLatch(1);
    var waiting =
        new StubHandler(
            "wait",
            (context, input) -> {
              go.await();
              return TaskResult.json(Boolean.toString(context.isCancelled()));
            });
    try (var worker = new InProcessWorker(waiting)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "wait", "");
      controller.next(FrameType.STARTED);
      controller.send(
          Frame.builder(FrameType.CANCEL)
              .field(HeaderKey.TASK, "a")
              .field(HeaderKey.ATTEMPT, 2)
              .field(HeaderKey.REASON, "late"));
      controller.cancel("b", "unknown");
      controller.ping();
      controller.next(FrameType.PONG);
      go.countDown();

      assertThat(payload(controller.next(FrameType.FINISHED))).isEqualTo("false");
    }
  }

  @Test
  void runCancelledBeforeItsStartNeverStarts() throws Exception {
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
      controller.task("b", "wait", "");
      controller.task("c", "wait", "");
      controller.next(FrameType.STARTED);
      controller.cancel("b", "revoked");
      Frame withdrawn = controller.next(FrameType.FINISHED);
      go.countDown();
      List<Frame> frames = controller.until(FrameType.FINISHED);
      frames.addAll(controller.until(FrameType.FINISHED));

      assertThat(withdrawn.text(HeaderKey.TASK)).isEqualTo("b");
      assertThat(withdrawn.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.CANCELLED);
      assertThat(frames)
          .extracting(frame -> frame.text(HeaderKey.TASK))
          .containsExactly("a", "c", "c");
    }
  }

  @Test
  void runThatIsRecalledBeforeItsStartNeverStarts() throws Exception {
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
      controller.task("b", "wait", "");
      controller.next(FrameType.STARTED);
      controller.recall("b");
      Frame back = controller.next(FrameType.FINISHED);
      go.countDown();
      Frame finished = controller.next(FrameType.FINISHED);

      assertThat(back.text(HeaderKey.TASK)).isEqualTo("b");
      assertThat(back.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.CANCELLED);
      assertThat(finished.text(HeaderKey.TASK)).isEqualTo("a");
    }
  }

  @Test
  void runThatIsRecalledAfterItsStartGoesOnAndIsNotCancelled() throws Exception {
    var go = new CountDownLatch(1);
    var waiting =
        new StubHandler(
            "wait",
            (context, input) -> {
              go.await();
              return TaskResult.json(Boolean.toString(context.isCancelled()));
            });
    try (var worker = new InProcessWorker(waiting)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "wait", "");
      controller.next(FrameType.STARTED);
      controller.recall("a");
      controller.ping();
      controller.next(FrameType.PONG);
      go.countDown();

      assertThat(payload(controller.next(FrameType.FINISHED))).isEqualTo("false");
    }
  }
}
