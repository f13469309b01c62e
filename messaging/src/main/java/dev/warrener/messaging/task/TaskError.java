package dev.warrener.messaging.task;

import org.jspecify.annotations.Nullable;

/**
 * The reason why a run did not succeed.
 *
 * @param type the kind of error, such as a class name, {@code exit} or {@code signal}
 * @param message a sentence for a person
 * @param stack the stack trace, or null
 */
public record TaskError(String type, String message, @Nullable String stack) {}
