package dev.warrener.messaging.task;

import org.jspecify.annotations.Nullable;

/**
 * A message in a queue of tasks that breaks the contract. It is dead-lettered as {@code invalid}.
 *
 * @param queue the queue that it came from
 * @param id the message's id, or null if it has none
 * @param because what is wrong with it, in a sentence
 * @param replyTo the reply queue for its result, or null
 * @param correlationId an id that its result carries, too, or null
 */
public record InvalidTask(
    String queue,
    @Nullable String id,
    String because,
    @Nullable String replyTo,
    @Nullable String correlationId)
    implements ReceivedTask {
  /** Creates a message for whose result nobody has asked. */
  public InvalidTask(String queue, @Nullable String id, String because) {
    this(queue, id, because, null, null);
  }
}
