package dev.warrener.messaging.broker;

import dev.warrener.messaging.task.DeadReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a task is a dead letter, and who moved it: the headers {@code x-dead-*}.
 *
 * @param reason the kind of reason, {@code x-dead-reason}
 * @param detail a sentence for people, {@code x-dead-detail}
 * @param type what was thrown in the last run, {@code x-dead-type}, or null
 * @param stack the stack trace of the last run, or what its command printed last, {@code
 *     x-dead-stack}, or null
 * @param order the order that chose this fate, {@code x-dead-order}, or null
 * @param at when it was moved, {@code x-dead-at}; null if the broker moved it
 * @param controller the controller that moved it, {@code x-dead-controller}; null if the broker did
 */
public record DeadLetterMark(
    DeadReason reason,
    String detail,
    @Nullable String type,
    @Nullable String stack,
    @Nullable String order,
    @Nullable Instant at,
    @Nullable String controller) {

  /** The mark of a letter that says nothing of what was thrown. */
  public DeadLetterMark(
      DeadReason reason,
      String detail,
      @Nullable String order,
      @Nullable Instant at,
      @Nullable String controller) {
    this(reason, detail, null, null, order, at, controller);
  }
}
