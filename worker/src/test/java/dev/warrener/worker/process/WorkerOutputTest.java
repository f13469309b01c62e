package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.line;
import static dev.warrener.worker.process.ControllerSide.lines;
import static dev.warrener.worker.process.InProcessWorker.ofTask;
import static dev.warrener.worker.process.InProcessWorker.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What handlers print and log, as it reaches the controller. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerOutputTest {
  @Test
  void whatAHandlerSaysComesInOrderBetweenStartAndFinish() throws Exception {
    var talking =
        new StubHandler(
            "talk",
            (context, input) -> {
              System.out.println("first");
              System.err.println("second");
              context.log().warn("third\nfourth");
              context.progress(1, 2, "half");
              System.out.print("fif");
              System.out.print("th");
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(talking)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "talk", "");
      List<Frame> frames = controller.until(FrameType.FINISHED);

      assertThat(frames)
          .extracting(Frame::type)
          .containsExactly(
              FrameType.STARTED,
              FrameType.LOG,
              FrameType.LOG,
              FrameType.LOG,
              FrameType.LOG,
              FrameType.PROGRESS,
              FrameType.LOG,
              FrameType.FINISHED);
      assertThat(lines(frames))
          .containsExactly("out: first", "err: second", "log: third", "log: fourth", "out: fifth");
      assertThat(frames)
          .allSatisfy(frame -> assertThat(frame.text(HeaderKey.TASK)).isEqualTo("a"))
          .allSatisfy(frame -> assertThat(frame.text(HeaderKey.ATTEMPT)).isEqualTo("1"));
      assertThat(frames.get(3).text(HeaderKey.LEVEL)).isEqualTo("warn");
      assertThat(frames.get(5))
          .isEqualTo(
              ofTask(FrameType.PROGRESS, "a")
                  .field(HeaderKey.DONE, 1)
                  .field(HeaderKey.TOTAL, 2)
                  .payload("half".getBytes(StandardCharsets.UTF_8))
                  .build());
    }
  }

  @Test
  void progressThatIsReportedAtEveryStepIsSentNowAndThenAndItsLastReportWithThePing()
      throws Exception {
    int steps = 100_000;
    var reported = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var eager =
        new StubHandler(
            "eager",
            (context, input) -> {
              for (int step = 1; step <= steps; step++) {
                context.progress(step, steps);
              }
              reported.countDown();
              Patient.await(go);
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(eager)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "eager", "");
      Patient.await(reported);
      controller.ping();
      List<Frame> sent = controller.until(FrameType.PONG);
      Frame last = controller.next(FrameType.PROGRESS);
      go.countDown();
      controller.until(FrameType.FINISHED);

      assertThat(sent.get(1).text(HeaderKey.DONE)).isEqualTo("1");
      assertThat(sent).hasSizeLessThan(1_000);
      assertThat(last.text(HeaderKey.DONE)).isEqualTo("100000");
    }
  }

  @Test
  void linePrintedBetweenRunsBelongsToNone() throws Exception {
    var printed = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var leaving =
        new StubHandler(
            "leave",
            (context, input) -> {
              Thread.ofPlatform()
                  .daemon()
                  .start(() -> {
                    Patient.await(go);
                    System.out.println("late");
                    printed.countDown();
                  });
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(leaving)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "leave", "");
      controller.until(FrameType.FINISHED);
      go.countDown();
      Frame late = controller.next(FrameType.LOG);

      assertThat(line(late)).isEqualTo("out: late");
      assertThat(late.text(HeaderKey.TASK)).isNull();
    }
  }

  @Test
  void bytesThatAreNoTextAreCarriedToo() throws Exception {
    var binary =
        new StubHandler(
            "binary",
            (context, input) -> {
              System.out.write(new byte[] {0, -1, -2, '\n', 0, 0, 0, 5, '\n'});
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(binary)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "binary", "");
      List<Frame> frames = controller.until(FrameType.FINISHED);

      assertThat(frames.get(1).payload()).containsExactly(0, -1, -2);
      assertThat(frames.get(2).payload()).containsExactly(0, 0, 0, 5);
    }
  }

  @Test
  void handlerThatClosesOrReplacesSystemOutSilencesNoOther() throws Exception {
    var rude =
        new StubHandler(
            "rude",
            (context, input) -> {
              System.out.close();
              System.err.close();
              System.setOut(new PrintStream(OutputStream.nullOutputStream(), true));
              System.setErr(new PrintStream(OutputStream.nullOutputStream(), true));
              Thread.currentThread().setContextClassLoader(null);
              Thread.currentThread().interrupt();
              return TaskResult.none();
            });
    var next =
        new StubHandler(
            "next",
            (context, input) -> {
              System.out.println(Thread.currentThread().getContextClassLoader() != null);
              System.err.println(Thread.currentThread().isInterrupted());
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(rude, next)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "rude", "");
      controller.task("b", "next", "");
      controller.until(FrameType.FINISHED);

      assertThat(lines(controller.until(FrameType.FINISHED)))
          .containsExactly("out: true", "err: false");
    }
  }

  @Test
  void floodOfLinesIsHeldBackAndNotLost() throws Exception {
    int count = 200_000;
    var printed = new AtomicInteger();
    var flooding =
        new StubHandler(
            "flood",
            (context, input) -> {
              for (int number = 0; number < count; number++) {
                System.out.println("line " + number + " ".repeat(100));
                printed.set(number + 1);
              }
              return TaskResult.none();
            });
    try (var worker = new InProcessWorker(flooding)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "flood", "");
      flooding.awaitStart();

      // Nobody reads: the handler comes to a halt, with a bounded number of lines on their way.
      while (worker.mainThread().getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(printed.get()).isLessThan(30_000);

      List<String> lines = lines(controller.until(FrameType.FINISHED));
      assertThat(lines).hasSize(count);
      for (int number = 0; number < count; number++) {
        assertThat(lines.get(number)).startsWith("out: line " + number + " ");
      }
    }
  }

  /** Waiting in a thread from which nothing may be thrown. */
  private static final class Patient {
    static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
