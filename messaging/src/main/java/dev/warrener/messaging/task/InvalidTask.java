package dev.warrener.messaging.task;

import org.jspecify.annotations.Nullable;

/**
 * A message in a queue of tasks that breaks the contract. It is dead-lettered as {@code invalid}.
 *
 * @param queue the queue that it came from
 * @param id the message's id, or null if it has none
 * @param because what is wrong with it, in a sentence
 */
public record InvalidTask(String queue, @Nullable String id, String because)
    implements ReceivedTask {}
