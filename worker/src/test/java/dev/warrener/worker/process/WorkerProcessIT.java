package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.lines;
import static dev.warrener.worker.process.ControllerSide.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** The worker process as it is: started, spoken to, and left alone. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerProcessIT {
  private static final int KILLED = 137;

  @TempDir Path folder;

  @Test
  void workerRunsTheTutorialsTask() throws Exception {
    try (var worker = RealWorker.withOptions()) {
      ControllerSide controller = worker.controller();
      controller.hello();
      Frame ready = controller.next();
      controller.task("0", "sleep", "{\"seconds\":0.1,\"steps\":2}");
      List<Frame> frames = controller.until(FrameType.FINISHED);

      assertThat(ready.text(HeaderKey.HANDLERS)).isEqualTo("echo,sleep");
      assertThat(lines(frames)).containsExactly("out: Task 0 running", "out: Task 0 Done");
      assertThat(frames.getLast().text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.SUCCEEDED);
    }
  }

  /** The distribution may be moved or renewed while its controller runs. */
  @Test
  void missingCacheIsIgnoredSilently() throws Exception {
    String cache = LaunchFlags.cache(folder.resolve("gone.aot"));
    try (var worker = RealWorker.java(List.of(cache), List.of())) {
      worker.ready().stop();

      assertThat(worker.exit()).isZero();
      assertThat(worker.stderr()).isEmpty();
    }
  }

  @Test
  void builtInHandlersCanBeLeftOut() throws Exception {
    try (var worker = RealWorker.withOptions("--no-built-in")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "echo", "");

      assertThat(controller.next(FrameType.FINISHED).text(HeaderKey.ERROR_TYPE))
          .isEqualTo(ErrorType.UNKNOWN_HANDLER);
    }
  }

  @Test
  void handlersOfTheClassPathAreFoundAndWhatTheyPrintEarlyIsKept() throws Exception {
    try (var worker = RealWorker.withTrialHandlers(folder)) {
      worker.controller().hello();
      List<Frame> frames = worker.controller().until(FrameType.READY);

      assertThat(lines(frames)).containsExactly("out: made");
      assertThat(frames.getLast().text(HeaderKey.HANDLERS))
          .startsWith("garbage,exit,stubborn,hook,spinning,uninvited,echo,");
    }
  }

  @Test
  void handlerCannotDisturbTheProtocolByWhatItWrites() throws Exception {
    try (var worker = RealWorker.withTrialHandlers(folder)) {
      ControllerSide controller = worker.ready();
      controller.task("a", "garbage", "");
      controller.task("b", "echo", "2");
      List<Frame> frames = controller.until(FrameType.FINISHED);

      assertThat(frames)
          .extracting(Frame::type)
          .containsExactly(FrameType.STARTED, FrameType.LOG, FrameType.FINISHED);
      assertThat(payload(frames.get(1))).endsWith("printed");
      controller.next(FrameType.STARTED);
      assertThat(payload(controller.next(FrameType.FINISHED))).isEqualTo("2");
      controller.stop();

      assertThat(worker.exit()).isZero();
      // The descriptors of the channel were closed for the child.
      assertThat(worker.stderr())
          .contains("\0\0\0\3\25\0\0raw\n", "inherited\n")
          .contains("3: Bad file descriptor", "4: Bad file descriptor");
    }
  }

  @Test
  void cancelledTaskEnds() throws Exception {
    try (var worker = RealWorker.withOptions()) {
      ControllerSide controller = worker.ready();
      controller.task("a", "sleep", "{\"seconds\":1000,\"steps\":1}");
      controller.until(FrameType.LOG);
      controller.cancel("a", "enough");
      Frame finished = controller.next(FrameType.FINISHED);

      assertThat(finished.text(HeaderKey.ERROR_MESSAGE)).isEqualTo("cancelled: enough");
    }
  }

  @Test
  void signalToEndLetsTheRunEnd() throws Exception {
    try (var worker = RealWorker.withOptions()) {
      ControllerSide controller = worker.ready();
      controller.task("a", "sleep", "{\"seconds\":0.5,\"steps\":1}");
      controller.task("b", "echo", "");
      controller.until(FrameType.STARTED);
      worker.signal("TERM");
      List<Frame> frames = controller.rest();

      assertThat(frames.getLast().type()).isEqualTo(FrameType.FINISHED);
      assertThat(frames.getLast().text(HeaderKey.TASK)).isEqualTo("a");
      assertThat(worker.exit()).isZero();
    }
  }

  @Test
  void endOfTheChannelEndsAnIdleWorker() throws Exception {
    try (var worker = RealWorker.withOptions()) {
      worker.ready().hangUp();

      assertThat(worker.exit()).isEqualTo(KILLED);
    }
  }

  @Test
  void endOfTheChannelEndsAWorkerThatHasNotBeenGreeted() throws Exception {
    try (var worker = RealWorker.withOptions()) {
      worker.controller().hangUp();

      assertThat(worker.exit()).isEqualTo(KILLED);
    }
  }

  @Test
  void endOfTheChannelEndsAWorkerWhoseHandlerHeedsNothing() throws Exception {
    try (var worker = RealWorker.withTrialHandlers(folder)) {
      ControllerSide controller = worker.ready();
      controller.task("a", "stubborn", "");
      controller.next(FrameType.STARTED);
      controller.cancel("a", "enough");
      controller.next(FrameType.LOG);
      controller.hangUp();

      assertThat(worker.exit()).isEqualTo(KILLED);
    }
  }

  @Test
  void endOfTheChannelEndsAWorkerThatHangsInAShutdownHook() throws Exception {
    try (var worker = RealWorker.withTrialHandlers(folder)) {
      ControllerSide controller = worker.ready();
      controller.task("a", "hook", "");
      controller.until(FrameType.FINISHED);
      controller.stop();
      controller.hangUp();

      assertThat(worker.exit()).isEqualTo(KILLED);
    }
  }

  @Test
  void endOfTheChannelEndsAWorkerInACountedLoop() throws Exception {
    // The optimizing compiler leaves no safepoint in the loop.
    List<String> optimizing = List.of("-XX:TieredStopAtLevel=4", "-XX:-TieredCompilation");
    try (var worker = RealWorker.java(optimizing, RealWorker.trialClassPath(folder))) {
      ControllerSide controller = worker.ready();
      controller.task("a", "spinning", "");
      controller.until(FrameType.LOG);
      controller.hangUp();

      assertThat(worker.exit()).isEqualTo(KILLED);
    }
  }

  @Test
  void silencePastTheLeaseEndsAnIdleWorker() throws Exception {
    try (var worker = RealWorker.withOptions()) {
      worker.controller().hello(300);

      assertThat(worker.exit()).isEqualTo(KILLED);
      assertThat(worker.stderr())
          .isEqualTo(
              "warrener worker: the controller has said nothing for 300 ms, which is the lease;"
                  + " this worker ends\n");
    }
  }

  @Test
  void silencePastTheLeaseEndsABusyWorker() throws Exception {
    try (var worker = RealWorker.withTrialHandlers(folder)) {
      ControllerSide controller = worker.controller();
      controller.hello(3_000);
      controller.until(FrameType.READY);
      controller.task("a", "stubborn", "");
      controller.next(FrameType.STARTED);

      assertThat(worker.exit()).isEqualTo(KILLED);
    }
  }

  @Test
  void exitInAHandlerIsACrashOfTheWorker() throws Exception {
    try (var worker = RealWorker.withTrialHandlers(folder)) {
      ControllerSide controller = worker.ready();
      controller.task("a", "exit", "");

      assertThat(controller.rest()).extracting(Frame::type).containsExactly(FrameType.STARTED);
      assertThat(worker.exit()).isEqualTo(7);
    }
  }

  @Test
  void crashHandlerEndsItsProcessAsTold() throws Exception {
    assertThat(exitAfter("crash", "{\"signal\":9}")).isEqualTo(KILLED);
    assertThat(exitAfter("crash", "{\"exit\":3}")).isEqualTo(3);
  }

  @Test
  void workerWithoutMemoryDies() throws Exception {
    try (var worker = RealWorker.java(List.of("-Xmx32m"), List.of(), "--built-in", "all")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "allocate", "{\"megabytes\":512}");

      assertThat(controller.rest()).extracting(Frame::type).containsExactly(FrameType.STARTED);
      assertThat(worker.exit()).isEqualTo(ProcessEnd.OUT_OF_MEMORY);
      assertThat(worker.stderr()).contains("OutOfMemoryError");
    }
  }

  @Test
  void largeInputAndResultGoThrough() throws Exception {
    int bytes = 24 << 20;
    try (var worker = RealWorker.java(List.of("-Xmx256m"), List.of())) {
      ControllerSide controller = worker.ready();
      var input = new byte[bytes];
      input[bytes - 1] = 42;
      controller.send(ControllerSide.taskFrame("a", "echo").payload(input));
      controller.next(FrameType.STARTED);

      assertThat(controller.next(FrameType.FINISHED).payload()).isEqualTo(input);
    }
  }

  @Test
  void limitOfResultsCanBeSet() throws Exception {
    try (var worker = RealWorker.withOptions("--max-result-bytes", "3")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "echo", "1234");
      controller.next(FrameType.STARTED);

      assertThat(controller.next(FrameType.FINISHED).text(HeaderKey.ERROR_TYPE))
          .isEqualTo(ErrorType.RESULT_TOO_LARGE);
    }
  }

  @Test
  void jarThatCannotBeReadIsNamedAndStopsTheWorker() throws Exception {
    Path jar = Files.writeString(folder.resolve("broken.jar"), "this is no jar");
    try (var worker = RealWorker.java(List.of(), List.of(jar.toString()))) {
      worker.controller().hello();

      assertThat(worker.controller().rest()).isEmpty();
      assertThat(worker.exit()).isEqualTo(ProcessEnd.MISCONFIGURED);
      assertThat(worker.stderr())
          .startsWith("warrener worker: " + jar + " on the class path is no jar (");
    }
  }

  @Test
  void workerThatNobodyLaunchedSaysWhatItIs() throws Exception {
    try (var worker = RealWorker.program("sh", "-c", "unset WARRENER_FRAMES_IN; " + java())) {
      assertThat(worker.exit()).isEqualTo(ProcessEnd.MISCONFIGURED);
      assertThat(worker.stderr())
          .isEqualTo(
              "warrener worker: this is a worker, which a controller starts: WARRENER_FRAMES_IN is"
                  + " not set\n");
    }
  }

  @Test
  void unknownOptionStopsTheWorker() throws Exception {
    try (var worker = RealWorker.withOptions("--help")) {
      assertThat(worker.exit()).isEqualTo(ProcessEnd.MISCONFIGURED);
      assertThat(worker.stderr()).startsWith("warrener worker: a worker has no option '--help': [");
    }
  }

  private static int exitAfter(String handler, String input)
      throws IOException, InterruptedException {
    try (var worker = RealWorker.withOptions("--built-in", "all")) {
      worker.ready().task("a", handler, input);
      return worker.exit();
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java")
        + " -jar "
        + Path.of(Worker.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }
}
