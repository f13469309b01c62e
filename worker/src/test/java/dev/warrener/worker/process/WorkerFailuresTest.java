package dev.warrener.worker.process;

import static dev.warrener.worker.process.InProcessWorker.ECHO;
import static dev.warrener.worker.process.InProcessWorker.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.TaskResult;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Runs that fail, and what the controller is told of it. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkerFailuresTest {
  @Test
  void thrownExceptionIsAFailure() throws Exception {
    assertThat(finishOf((context, input) -> throwIt(new IOException("no disk"))))
        .satisfies(frame -> {
          assertThat(frame.text(HeaderKey.OUTCOME)).isEqualTo(HeaderKey.FAILED);
          assertThat(frame.text(HeaderKey.ERROR_TYPE)).isEqualTo("java.io.IOException");
          assertThat(frame.text(HeaderKey.ERROR_MESSAGE)).isEqualTo("no disk");
          assertThat(frame.text(HeaderKey.ERROR_STACK)).contains("WorkerFailuresTest");
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

  /** The FINISHED frame of a handler that does that. */
  private static Frame finishOf(StubHandler.Body body) throws IOException {
    try (var worker = new InProcessWorker(new StubHandler("it", body))) {
      ControllerSide controller = ready(worker);
      controller.task("a", "it", "");
      return controller.until(FrameType.FINISHED).getLast();
    }
  }

  private static <T extends Throwable> TaskResult throwIt(T thrown) throws T {
    throw thrown;
  }

  private static TaskResult overflow(int depth) {
    return depth < 0 ? TaskResult.none() : overflow(depth + 1);
  }
}
