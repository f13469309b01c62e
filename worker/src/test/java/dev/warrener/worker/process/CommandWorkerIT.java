package dev.warrener.worker.process;

import static dev.warrener.worker.process.ControllerSide.lines;
import static dev.warrener.worker.process.ControllerSide.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A worker that runs a command for each task. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class CommandWorkerIT {
  @Test
  void workerForACommandTakesAnyHandler() throws Exception {
    try (var worker = RealWorker.withOptions("--exec", "cat")) {
      worker.controller().hello();
      assertThat(worker.controller().next().text(HeaderKey.HANDLERS)).isEqualTo("*");

      worker.controller().task("a", "whatever", "{\"x\":1}");
      worker.controller().next(FrameType.STARTED);
      Frame finished = worker.controller().next(FrameType.FINISHED);
      assertThat(finished.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.SUCCEEDED);
      assertThat(finished.text(HeaderKey.CONTENT_TYPE)).isEqualTo("application/json");
      assertThat(payload(finished)).isEqualTo("{\"x\":1}");
    }
  }

  @Test
  void outputThatIsNoJsonIsBytes() throws Exception {
    Frame finished = runOf("", "sh", "-c", "echo hello");

    assertThat(finished.text(HeaderKey.CONTENT_TYPE)).isEqualTo("application/octet-stream");
    assertThat(payload(finished)).isEqualTo("hello\n");
  }

  @Test
  void noOutputIsNoValue() throws Exception {
    Frame finished = runOf("unread input", "true");

    assertThat(finished.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.SUCCEEDED);
    assertThat(finished.text(HeaderKey.CONTENT_TYPE)).isNull();
  }

  @Test
  void environmentSaysWhichTaskItIs() throws Exception {
    try (var worker = RealWorker.withOptions("--exec", "sh", "-c", "env | grep ^WARRENER | sort")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "first", "");
      assertThat(payload(controller.until(FrameType.FINISHED).getLast()))
          .isEqualTo(
              """
              WARRENER_ATTEMPT=1
              WARRENER_HANDLER=first
              WARRENER_QUEUE=test
              WARRENER_TASK_ID=a
              """);

      controller.send(
          Frame.builder(FrameType.TASK)
              .field(HeaderKey.TASK, "b")
              .field(HeaderKey.ATTEMPT, 2)
              .field(HeaderKey.QUEUE, "q")
              .field(HeaderKey.HANDLER, "second")
              .field(HeaderKey.BATCH, "monday")
              .field(HeaderKey.DEADLINE, "2026-11-23T12:00:00.500Z"));
      assertThat(payload(controller.until(FrameType.FINISHED).getLast()))
          .isEqualTo(
              """
              WARRENER_ATTEMPT=2
              WARRENER_BATCH=monday
              WARRENER_DEADLINE=2026-11-23T12:00:00.500Z
              WARRENER_HANDLER=second
              WARRENER_QUEUE=q
              WARRENER_TASK_ID=b
              """);
    }
  }

  @Test
  void linesOnStderrAreLoggedAndTheLastOnesExplainAFailure() throws Exception {
    try (var worker =
        RealWorker.withOptions("--exec", "sh", "-c", "echo one >&2; printf two >&2; exit 3")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "x", "");
      List<Frame> frames = controller.until(FrameType.FINISHED);
      Frame finished = frames.getLast();

      assertThat(lines(frames)).containsExactly("err: one", "err: two");
      assertThat(frames.get(1).text(HeaderKey.TASK)).isEqualTo("a");
      assertThat(finished.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.FAILED);
      assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.EXIT);
      assertThat(finished.text(HeaderKey.ERROR_MESSAGE))
          .isEqualTo("the command exited with status 3: two");
      assertThat(finished.text(HeaderKey.ERROR_STACK)).isEqualTo("one\ntwo");
    }
  }

  @Test
  void deathBySigtermTogetherWithTheWorkerIsToldApart() throws Exception {
    Frame both = runOf("", "sh", "-c", "kill -TERM $PPID; kill -TERM $$");
    Frame alone = runOf("", "sh", "-c", "kill -TERM $$");

    assertThat(both.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.TERMINATED);
    assertThat(alone.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.EXIT);
  }

  @Test
  void longStderrIsKeptByItsEnd() throws Exception {
    Frame finished = runOf("", "sh", "-c", "seq 100000 >&2; exit 1");

    assertThat(finished.text(HeaderKey.ERROR_STACK))
        .endsWith("\n99999\n100000")
        .hasSizeBetween(8_000, 8_192)
        .matches("(?s)\\d{5}\n.*");
  }

  @Test
  void commandEndedByASignalSaysWhich() throws Exception {
    assertThat(runOf("", "sh", "-c", "kill -9 $$").text(HeaderKey.ERROR_MESSAGE))
        .isEqualTo("the command was ended by signal 9 (status 137)");
  }

  @Test
  void missingCommandIsAFailureThatNamesIt() throws Exception {
    Frame finished = runOf("", "no-such-command");

    assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.COMMAND);
    assertThat(finished.text(HeaderKey.ERROR_MESSAGE))
        .startsWith("the command 'no-such-command' can't be started: ")
        .contains("No such file or directory");
  }

  @Test
  void cancelledCommandIsToldToEnd() throws Exception {
    String script =
        "trap 'echo tidied; exit 4' TERM; echo waiting >&2; while :; do sleep 0.05; done";
    try (var worker = RealWorker.withOptions("--exec", "sh", "-c", script)) {
      ControllerSide controller = worker.ready();
      controller.task("a", "x", "");
      controller.until(FrameType.LOG);
      controller.cancel("a", "enough");

      assertThat(controller.until(FrameType.FINISHED).getLast().text(HeaderKey.ERROR_MESSAGE))
          .isEqualTo("the command exited with status 4: waiting");
    }
  }

  @Test
  void commandThatWritesTooMuchIsKilled() throws Exception {
    try (var worker = RealWorker.withOptions("--max-result-bytes", "100000", "--exec", "yes")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "x", "");
      controller.next(FrameType.STARTED);
      Frame finished = controller.next(FrameType.FINISHED);

      assertThat(finished.text(HeaderKey.ERROR_TYPE)).isEqualTo(ErrorType.RESULT_TOO_LARGE);
      assertThat(finished.text(HeaderKey.ERROR_MESSAGE))
          .isEqualTo(
              "the command wrote more than the 100000 bytes that are allowed, and was killed");
      assertThat(worker.handle().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void largeInputThatIsEchoedWhileItIsStillBeingWrittenDoesNotBlock() throws Exception {
    String input = "\"" + "x".repeat(3_000_000) + "\"";

    assertThat(payload(runOf(input, "cat"))).isEqualTo(input);
  }

  @Test
  void processLeftBehindDoesNotHoldTheRun() throws Exception {
    try (var worker = RealWorker.withOptions("--exec", "sh", "-c", "sleep 1000 & echo $!")) {
      ControllerSide controller = worker.ready();
      controller.task("a", "x", "");
      long left = Long.parseLong(payload(controller.until(FrameType.FINISHED).getLast()).strip());

      assertThat(ProcessHandle.of(left).orElseThrow().destroyForcibly()).isTrue();
    }
  }

  @Test
  void commandsThatLeaveProcessesBehindUseUpTheirWorkerAndNoMore() throws Exception {
    // A few kilobytes of input that nobody reads, and a result: both would be kept for ever.
    String script = "head -c 3000000 /dev/zero; sleep 1000 & exit 0";
    String input = "x".repeat(3_000_000);
    try (var worker = RealWorker.withOptions("--exec", "sh", "-c", script)) {
      ControllerSide controller = worker.ready();
      for (int task = 1; task <= 8; task++) {
        controller.task("task-" + task, "x", input);
        assertThat(controller.until(FrameType.FINISHED).getLast().text(HeaderKey.OUTCOME))
            .isEqualTo(HeaderKey.SUCCEEDED);
      }
      List<ProcessHandle> left = worker.handle().descendants().toList();

      assertThat(worker.exit()).isZero();

      left.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static Frame runOf(String input, String... command) throws IOException {
    var options = new String[command.length + 1];
    options[0] = "--exec";
    System.arraycopy(command, 0, options, 1, command.length);
    try (var worker = RealWorker.withOptions(options)) {
      ControllerSide controller = worker.ready();
      controller.task("a", "x", input);
      return controller.until(FrameType.FINISHED).getLast();
    }
  }
}
