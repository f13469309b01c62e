package dev.warrener.worker;

import static dev.warrener.worker.ControllerSide.line;
import static dev.warrener.worker.ControllerSide.lines;
import static dev.warrener.worker.ControllerSide.payload;
import static dev.warrener.worker.ControllerSide.taskFrame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A worker as its controller sees it, frame by frame, in this process. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerTest {
  private static final StubHandler ECHO =
      new StubHandler("echo", (context, input) -> TaskResult.of(context.contentType(), input));

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
  void thrownExceptionIsAFailure() throws Exception {
    assertThat(finishOf((context, input) -> throwIt(new IOException("no disk"))))
        .satisfies(frame -> {
          assertThat(frame.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.FAILED);
          assertThat(frame.text(HeaderKey.ERROR_TYPE)).isEqualTo("java.io.IOException");
          assertThat(frame.text(HeaderKey.ERROR_MESSAGE)).isEqualTo("no disk");
          assertThat(frame.text(HeaderKey.ERROR_STACK)).contains("WorkerTest");
          assertThat(frame.payload()).isEmpty();
        });
  }

  @Test
  void overflownStackIsAFailure() throws Exception {
    Frame finished = finishOf((context, input) -> overflow(0));

    assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo("java.lang.StackOverflowError");
    assertThat(finished.text(HeaderKey.ERROR_STACK)).endsWith("[cut]");
  }

  @Test
  void anyOtherErrorIsAFailure() throws Exception {
    Frame finished = finishOf((context, input) -> throwIt(new NoClassDefFoundError("gone/Away")));

    assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo("java.lang.NoClassDefFoundError");
  }

  @Test
  void workerThatIsOutOfMemoryEnds() throws Exception {
    var greedy =
        new StubHandler("greedy", (context, input) -> throwIt(new OutOfMemoryError("all gone")));
    try (var worker = new InProcessWorker(greedy)) {
      ready(worker).task("a", "greedy", "");

      assertThat(worker.end()).isEqualTo("out of memory");
    }
  }

  @Test
  void resultOverTheLimitIsAFailureThatSaysWhatToDo() throws Exception {
    assertThat(finishOf((context, input) -> TaskResult.json("1".repeat(1_000))).payload())
        .hasSize(1_000);

    Frame finished = finishOf((context, input) -> TaskResult.json("1".repeat(1_001)));
    assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.RESULT_TOO_LARGE);
    assertThat(finished.text(HeaderKey.ERROR_MESSAGE))
        .isEqualTo(
            "the handler returned 1001 bytes, and at most 1000 are allowed; store large results"
                + " elsewhere and return where");
  }

  @Test
  @SuppressWarnings("NullAway") // What NullAway keeps from happening here, others let happen.
  void handlerThatReturnsNullHasFailed() throws Exception {
    Frame finished = finishOf((context, input) -> null);

    assertThat(finished.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.FAILED);
    assertThat(finished.text(HeaderKey.ERROR_MESSAGE))
        .isEqualTo("the handler returned null; TaskResult.none() says that there is no value");
  }

  @Test
  void taskForAnUnknownHandlerFailsWithoutAStart() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ControllerSide controller = ready(worker);
      controller.task("a", "ecko", "");
      Frame finished = controller.next(FrameType.FINISHED);

      assertThat(finished.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.FAILED);
      assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.UNKNOWN_HANDLER);
      assertThat(finished.text(HeaderKey.ERROR_MESSAGE))
          .isEqualTo("this worker has no handler 'ecko'; it has echo");
    }
  }

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

  @Test
  void stopLetsTheRunEndAndNoOtherBegin() throws Exception {
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
      waiting.awaitStart();
      controller.stop();
      controller.ping();
      controller.until(FrameType.PONG);
      go.countDown();
      controller.next(FrameType.FINISHED);

      assertThat(worker.end()).isEqualTo("exit 0");
      assertThat(waiting.hasStartedMore()).isFalse();
    }
  }

  @Test
  void idleWorkerStopsAtOnce() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ready(worker).stop();

      assertThat(worker.end()).isEqualTo("exit 0");
    }
  }

  @Test
  void endOfTheChannelEndsTheWorker() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ready(worker).hangUp();

      assertThat(worker.end()).isEqualTo("kill");
    }
  }

  @Test
  void endOfTheChannelBeforeAnythingWasSaidEndsTheWorker() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      worker.controller().hangUp();

      assertThat(worker.end()).isEqualTo("kill");
    }
  }

  @Test
  void silenceOfTheControllerEndsTheWorker() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      worker.controller().hello(50);

      assertThat(worker.end())
          .isEqualTo(
              "kill: the controller has said nothing for 50 ms, which is the lease; this worker"
                  + " ends");
    }
  }

  @Test
  void controllerOfAnotherVersionIsRefused() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      worker
          .controller()
          .send(
              Frame.builder(FrameType.HELLO)
                  .field(HeaderKey.VERSION, 2)
                  .field(HeaderKey.LEASE_MILLIS, 1_000));

      assertThat(worker.end())
          .isEqualTo(
              "exit 76: the controller broke the protocol: it speaks version 2, and this worker 1;"
                  + " are their versions the same?");
    }
  }

  @Test
  void controllerThatDoesNotGreetIsRefused() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      worker.controller().ping();

      assertThat(worker.end())
          .startsWith("exit 76: the controller broke the protocol: its first frame was PING");
    }
  }

  @Test
  void taskWithoutAnIdIsABrokenProtocol() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ready(worker).send(Frame.builder(FrameType.TASK).field(HeaderKey.HANDLER, "echo"));

      assertThat(worker.end()).contains("the TASK frame has no field 'task'");
    }
  }

  @Test
  void frameOfTheOtherDirectionIsABrokenProtocol() throws Exception {
    try (var worker = new InProcessWorker(ECHO)) {
      ready(worker).send(Frame.builder(FrameType.PONG));

      assertThat(worker.end()).contains("PONG was not expected");
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

  private static ControllerSide ready(InProcessWorker worker) throws IOException {
    worker.controller().hello();
    worker.controller().next(FrameType.READY);
    return worker.controller();
  }

  /** The FINISHED frame of a handler that does that. */
  private static Frame finishOf(StubHandler.Body body) throws IOException {
    try (var worker = new InProcessWorker(new StubHandler("it", body))) {
      ControllerSide controller = ready(worker);
      controller.task("a", "it", "");
      return controller.until(FrameType.FINISHED).getLast();
    }
  }

  private static Frame.Builder ofTask(FrameType type, String id) {
    return Frame.builder(type).field(HeaderKey.TASK, id).field(HeaderKey.ATTEMPT, 1);
  }

  private static <T extends Throwable> TaskResult throwIt(T thrown) throws T {
    throw thrown;
  }

  private static TaskResult overflow(int depth) {
    return depth < 0 ? TaskResult.none() : overflow(depth + 1);
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
