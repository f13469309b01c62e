package dev.warrener.ops.dead;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A dead letter as one object of JSON: what its task says, and what its mark says. */
record DeadLetterJson(
    String task,
    String queue,
    @JsonUnwrapped TaskJson content,
    @JsonUnwrapped MarkJson mark,
    int bytes) {

  /** What the task says; nothing if it can't be read. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TaskJson(@Nullable String handler, @Nullable String batch, @Nullable Integer attempt) {
    private static final TaskJson UNREADABLE = new TaskJson(null, null, null);
  }

  /** Why and where the task was dead-lettered. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record MarkJson(
      DeadReason reason,
      String detail,
      @Nullable String type,
      @Nullable String order,
      @Nullable Instant at,
      @Nullable String controller) {}

  static DeadLetterJson of(DeadLetter letter) {
    var mark = letter.mark();
    return new DeadLetterJson(
        id(letter),
        letter.queue(),
        letter.content() instanceof Task readable
            ? new TaskJson(readable.handler(), readable.batch(), readable.attempt())
            : TaskJson.UNREADABLE,
        new MarkJson(
            mark.reason(), mark.detail(), mark.type(), mark.order(), mark.at(), mark.controller()),
        letter.message().body().length());
  }

  /** Returns the id of the task, or {@code -} if the letter has none or an empty one. */
  static String id(DeadLetter letter) {
    String id =
        switch (letter.content()) {
          case Task task -> task.id();
          case InvalidTask invalid -> invalid.id();
        };
    return id == null || id.isEmpty() ? "-" : id;
  }

  /** Returns the batch of the task, or null if it has none. */
  static @Nullable String batch(DeadLetter letter) {
    return letter.content() instanceof Task task ? task.batch() : null;
  }
}
