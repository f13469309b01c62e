package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.payload;
import static dev.warrener.worker.process.InProcessWorker.ECHO;
import static dev.warrener.worker.process.InProcessWorker.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * How a worker ends: when it is told to stop, when its channel ends, and when its controller breaks
 * the protocol.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerEndTest {
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
  void handlersAreClosedWhenTheWorkerStops() throws Exception {
    var closed = new LinkedBlockingQueue<String>();
    try (var worker =
        new InProcessWorker(new Closing("bad", closed), new Closing("good", closed))) {
      ControllerSide controller = ready(worker);
      controller.stop();

      assertThat(worker.end()).isEqualTo("exit 0");
      assertThat(closed).containsExactly("bad", "good");
      assertThat(payload(controller.next(FrameType.LOG))).contains("can't let go of it");
    }
  }

  /** A handler that notes that it was closed, and may fail at it. */
  private record Closing(String name, Queue<String> closed) implements TaskHandler {
    @Override
    public TaskResult handle(TaskContext context, byte[] input) {
      return TaskResult.none();
    }

    @Override
    public void close() {
      closed.add(name);
      if (name.equals("bad")) {
        throw new IllegalStateException("can't let go of it");
      }
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
}
