package dev.warrener.ops.dead;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A dead letter as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeadLetterJson(
    String task,
    String queue,
    @Nullable String handler,
    @Nullable String batch,
    @Nullable Integer attempt,
    DeadReason reason,
    String detail,
    @Nullable String type,
    @Nullable String order,
    @Nullable Instant at,
    @Nullable String controller,
    int bytes) {

  static DeadLetterJson of(DeadLetter letter) {
    Task task = letter.content() instanceof Task readable ? readable : null;
    var mark = letter.mark();
    return new DeadLetterJson(
        id(letter),
        letter.queue(),
        task == null ? null : task.handler(),
        task == null ? null : task.batch(),
        task == null ? null : task.attempt(),
        mark.reason(),
        mark.detail(),
        mark.type(),
        mark.order(),
        mark.at(),
        mark.controller(),
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
