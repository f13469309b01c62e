package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The example worker in Python, held to the protocol by the Java side of it. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class PythonWorkerIT {
  private static final Path WORKER = Path.of("..", "examples", "python-worker", "worker.py");

  @BeforeAll
  static void requirePython() throws InterruptedException {
    assertThat(WORKER).as("this test runs in the folder of its module").exists();
    try {
      Process python = new ProcessBuilder("python3", "--version").start();
      assertThat(python.waitFor()).as("exit status of python3 --version").isZero();
    } catch (IOException e) {
      throw new AssertionError("these tests need python3 on the PATH: install it", e);
    }
  }

  @Test
  void workerInPythonRunsTasks() throws Exception {
    try (var worker = python()) {
      ControllerSide controller = worker.controller();
      controller.hello();
      assertThat(controller.next())
          .isEqualTo(
              Frame.builder(FrameType.READY)
                  .field(HeaderKey.VERSION, 1)
                  .field(HeaderKey.HANDLERS, "echo,sleep")
                  .build());

      controller.task("0", "sleep", "{\"seconds\":0.1,\"steps\":2}");
      List<Frame> frames = controller.until(FrameType.FINISHED);
      assertThat(frames)
          .extracting(Frame::type)
          .containsExactly(
              FrameType.STARTED,
              FrameType.LOG,
              FrameType.PROGRESS,
              FrameType.PROGRESS,
              FrameType.LOG,
              FrameType.FINISHED);
      assertThat(lines(frames)).containsExactly("out: Task 0 running", "out: Task 0 Done");
      assertThat(frames.getLast().text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.SUCCEEDED);

      var large = new byte[2_000_000];
      controller.send(ControllerSide.taskFrame("ä", "echo").payload(large));
      assertThat(controller.next(FrameType.STARTED).text(HeaderKey.TASK)).isEqualTo("ä");
      assertThat(controller.next(FrameType.FINISHED).payload()).isEqualTo(large);
    }
  }

  @Test
  void workerInPythonSaysWhyARunFailed() throws Exception {
    try (var worker = python()) {
      ControllerSide controller = worker.ready();
      controller.task("a", "sleep", "{}");
      Frame finished = controller.until(FrameType.FINISHED).getLast();
      assertThat(finished.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.FAILED);
      assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo("KeyError");
      assertThat(finished.text(HeaderKey.ERROR_STACK)).contains("Traceback");

      controller.task("b", "ecko", "");
      assertThat(controller.next(FrameType.FINISHED).text(HeaderKey.ERROR_TYPE))
          .isEqualTo(ErrorType.UNKNOWN_HANDLER);
    }
  }

  @Test
  void workerInPythonHeedsCancellationAndStop() throws Exception {
    try (var worker = python()) {
      ControllerSide controller = worker.ready();
      controller.task("a", "sleep", "{\"seconds\":1000,\"steps\":1}");
      controller.task("b", "echo", "1");
      controller.until(FrameType.LOG);
      controller.ping();
      controller.next(FrameType.PONG);
      controller.cancel("b", "revoked");
      assertThat(controller.next(FrameType.FINISHED).text(HeaderKey.ERROR_TYPE))
          .isEqualTo(ErrorType.CANCELLED);
      controller.cancel("a", "enough");
      controller.stop();
      List<Frame> rest = controller.rest();

      assertThat(rest).extracting(Frame::type).containsExactly(FrameType.FINISHED);
      assertThat(rest.getFirst().text(HeaderKey.ERROR_TYPE)).isEqualTo("Cancelled");
      assertThat(worker.exit()).isZero();
    }
  }

  @Test
  void signalToEndLetsTheRunInPythonEnd() throws Exception {
    try (var worker = python()) {
      ControllerSide controller = worker.ready();
      controller.task("a", "sleep", "{\"seconds\":0.5,\"steps\":1}");
      controller.until(FrameType.LOG);
      worker.signal("TERM");

      assertThat(lines(controller.until(FrameType.FINISHED))).containsExactly("out: Task a Done");
      assertThat(worker.exit()).isZero();
    }
  }

  @Test
  void workerInPythonEndsWithItsChannel() throws Exception {
    try (var worker = python()) {
      ControllerSide controller = worker.ready();
      controller.task("a", "sleep", "{\"seconds\":1000,\"steps\":1}");
      controller.until(FrameType.LOG);
      controller.hangUp();

      assertThat(worker.exit()).isEqualTo(137);
    }
  }

  @Test
  void workerInPythonEndsWhenItsLeaseHasRunOut() throws Exception {
    try (var worker = python()) {
      worker.controller().hello(300);

      assertThat(worker.exit()).isEqualTo(137);
    }
  }

  @Test
  void workerInPythonRefusesAnotherVersion() throws Exception {
    try (var worker = python()) {
      worker
          .controller()
          .send(
              Frame.builder(FrameType.HELLO)
                  .field(HeaderKey.VERSION, 2)
                  .field(HeaderKey.LEASE_MILLIS, 1_000));

      assertThat(worker.exit()).isEqualTo(76);
      assertThat(worker.stderr())
          .isEqualTo("python worker: the controller does not speak version 1\n");
    }
  }

  private static RealWorker python() throws IOException {
    return RealWorker.program("python3", WORKER.toString());
  }
}
