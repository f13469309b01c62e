package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.ErrorType;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import org.junit.jupiter.api.Test;

class WorkerConversationTest {
  private final WorkerConversation worker = new WorkerConversation(new Allowance(() -> 1, 0));

  @Test
  void tasksThatWereSentStartAndFinishOneAfterTheOther() {
    worker.handed("t1", 1);
    worker.handed("t2", 3);

    mayWrite(Frame.of(FrameType.READY));
    mayWrite(started("t1", 1));
    mayWrite(succeeded("t1", 1));
    mayWrite(started("t2", 3));
    mayWrite(succeeded("t2", 3));
  }

  @Test
  void taskThatWasReturnedMayBeSentAgain() {
    worker.handed("t1", 1);
    mayWrite(finished("t1", 1, ErrorType.CANCELLED));
    worker.handed("t1", 1);

    mayWrite(started("t1", 1));
  }

  @Test
  void taskThatWaitsAtABusyWorkerMayBeReturnedOrRefused() {
    worker.handed("t1", 1);
    worker.handed("t2", 1);
    worker.handed("t3", 1);
    mayWrite(started("t1", 1));

    mayWrite(finished("t2", 1, ErrorType.CANCELLED));
    mayWrite(finished("t3", 1, ErrorType.UNKNOWN_HANDLER));
    mayWrite(succeeded("t1", 1));
  }

  @Test
  void startOfWhatWasNotSentIsNonsense() {
    worker.handed("t1", 1);

    mayNotWrite(started("nope", 1), "it reported the start of task nope, attempt 1, which it was");
    mayNotWrite(started("t1", 2), "it reported the start of task t1, attempt 2, which it was not");
  }

  @Test
  void endOfWhatWasNotSentIsNonsense() {
    mayNotWrite(succeeded("nope", 1), "it reported the end of task nope, attempt 1, which it does");
  }

  @Test
  void nothingStartsOrEndsTwice() {
    worker.handed("t1", 1);
    mayWrite(started("t1", 1));

    mayNotWrite(started("t1", 1), "twice");
    mayWrite(succeeded("t1", 1));
    mayNotWrite(succeeded("t1", 1), "which it does not have");
  }

  @Test
  void twoTasksAtATimeAreNonsense() {
    worker.handed("t1", 1);
    worker.handed("t2", 1);
    mayWrite(started("t1", 1));

    mayNotWrite(started("t2", 1), "while it ran task t1, attempt 1");
    mayNotWrite(succeeded("t2", 1), "while it ran task t1, attempt 1");
  }

  @Test
  void workerIsReadyOnlyOnce() {
    mayWrite(Frame.of(FrameType.READY));

    mayNotWrite(Frame.of(FrameType.READY), "a second time");
  }

  @Test
  void longIdIsCutAndControlCharactersAreReplaced() {
    assertThatThrownBy(() -> worker.check(started("\u001b[2J" + "x".repeat(10_000), 1)))
        .message()
        .hasSizeLessThan(200)
        .doesNotContain("\u001b");
  }

  @Test
  void headerThatFillsMemoryIsNonsense() {
    mayNotWrite(
        Frame.builder(FrameType.READY).field(HeaderKey.HANDLERS, ",".repeat(1 << 20)).build(),
        "the header of a frame has 1048584 characters");
  }

  private void mayWrite(Frame frame) {
    assertThatCode(() -> worker.check(frame)).doesNotThrowAnyException();
  }

  private void mayNotWrite(Frame frame, String because) {
    assertThatThrownBy(() -> worker.check(frame))
        .isInstanceOf(BrokenFrameException.class)
        .hasMessageContaining(because);
  }

  private static Frame started(String task, int attempt) {
    return Frame.builder(FrameType.STARTED)
        .field(HeaderKey.TASK, task)
        .field(HeaderKey.ATTEMPT, attempt)
        .build();
  }

  private static Frame succeeded(String task, int attempt) {
    return Frame.builder(FrameType.FINISHED)
        .field(HeaderKey.TASK, task)
        .field(HeaderKey.ATTEMPT, attempt)
        .field(HeaderKey.OUTCOME, HeaderKey.SUCCEEDED)
        .build();
  }

  private static Frame finished(String task, int attempt, String errorType) {
    return Frame.builder(FrameType.FINISHED)
        .field(HeaderKey.TASK, task)
        .field(HeaderKey.ATTEMPT, attempt)
        .field(HeaderKey.OUTCOME, HeaderKey.FAILED)
        .field(HeaderKey.ERROR_TYPE, errorType)
        .build();
  }
}
