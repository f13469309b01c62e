package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.fleet.Event;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.worker.frame.BrokenFrameException;
import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkerFramesTest {
  private static final WorkerKey WORKER = new WorkerKey(2, 7);

  @Test
  void taskFrameCarriesTheTaskAndItsLimits() {
    var task =
        Task.to("mail", "send")
            .id("t1")
            .body(Body.of("{}"), Task.JSON)
            .headers(Map.of("tenant", "a"))
            .build();

    var frame =
        WorkerFrames.task(task, Duration.ofSeconds(2), Instant.parse("2026-11-28T10:00:00Z"));

    assertThat(frame.type()).isEqualTo(FrameType.TASK);
    assertThat(frame.text(HeaderKey.TASK)).isEqualTo("t1");
    assertThat(frame.text(HeaderKey.ATTEMPT)).isEqualTo("1");
    assertThat(frame.text(HeaderKey.QUEUE)).isEqualTo("mail");
    assertThat(frame.text(HeaderKey.HANDLER)).isEqualTo("send");
    assertThat(frame.text(HeaderKey.TIMEOUT_MILLIS)).isEqualTo("2000");
    assertThat(frame.text(HeaderKey.DEADLINE)).isEqualTo("2026-11-28T10:00:02Z");
    assertThat(frame.text(HeaderKey.PASSED_PREFIX + "tenant")).isEqualTo("a");
    assertThat(frame.payload()).isEqualTo("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void readyFrameSaysWhichHandlersThereAreAndHowManyTasksMayWait() throws BrokenFrameException {
    var ready =
        Frame.builder(FrameType.READY)
            .field(HeaderKey.VERSION, Frame.PROTOCOL_VERSION)
            .field(HeaderKey.HANDLERS, "send,print")
            .field(HeaderKey.AHEAD, 3)
            .build();

    assertThat(WorkerFrames.event(WORKER, ready))
        .isEqualTo(new Event.Ready(WORKER, Set.of("send", "print"), 3));
  }

  @Test
  void workerOfAnotherVersionIsRefused() {
    var ready =
        Frame.builder(FrameType.READY)
            .field(HeaderKey.VERSION, Frame.PROTOCOL_VERSION + 1)
            .field(HeaderKey.HANDLERS, "*")
            .build();

    assertThatThrownBy(() -> WorkerFrames.event(WORKER, ready))
        .isInstanceOf(BrokenFrameException.class)
        .hasMessageContaining("version " + (Frame.PROTOCOL_VERSION + 1));
  }

  @Test
  void failureWithoutWordsHasSome() throws BrokenFrameException {
    var event = (Event.Finished) WorkerFrames.event(WORKER, finished(HeaderKey.FAILED));

    assertThat(event).isNotNull();
    assertThat(event.end().error()).isNotNull();
    assertThat(event.end().error().type()).isEqualTo("error");
    assertThat(event.end().error().message()).isNotBlank();
  }

  @Test
  void wordsOfAFailureAreCut() throws BrokenFrameException {
    var frame =
        Frame.builder(FrameType.FINISHED)
            .field(HeaderKey.TASK, "t1")
            .field(HeaderKey.ATTEMPT, 1)
            .field(HeaderKey.OUTCOME, HeaderKey.FAILED)
            .field(HeaderKey.ERROR_TYPE, "x".repeat(100_000))
            .field(HeaderKey.ERROR_MESSAGE, "x".repeat(100_000))
            .field(HeaderKey.ERROR_STACK, "x".repeat(100_000))
            .build();

    var event = (Event.Finished) WorkerFrames.event(WORKER, frame);

    assertThat(event).isNotNull();
    var error = event.end().error();
    assertThat(error).isNotNull();
    assertThat(error.type()).hasSizeLessThan(300);
    assertThat(error.message()).hasSizeLessThan(9_000);
    assertThat(error.stack()).hasSizeLessThan(33_000);
  }

  @Test
  void unknownOutcomeIsRefused() {
    assertThatThrownBy(() -> WorkerFrames.event(WORKER, finished("vanished")))
        .isInstanceOf(BrokenFrameException.class)
        .hasMessageContaining("vanished");
  }

  private static Frame finished(String outcome) {
    return Frame.builder(FrameType.FINISHED)
        .field(HeaderKey.TASK, "t1")
        .field(HeaderKey.ATTEMPT, 1)
        .field(HeaderKey.OUTCOME, outcome)
        .build();
  }
}
