package dev.warrener.messaging.task;

import org.jspecify.annotations.Nullable;

/**
 * A message in a queue of tasks that breaks the contract. It is dead-lettered as {@code invalid}.
 *
 * @param queue the queue that it came from
 * @param id its message id as far as there is one, or null
 * @param because a sentence that says what is wrong with it
 */
public record InvalidTask(String queue, @Nullable String id, String because)
    implements ReceivedTask {}
