package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.TaskError;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run, as its worker reported it.
 *
 * @param value the value that the handler returned; empty if the handler failed
 * @param contentType the content type of the value
 * @param error the reason why the handler failed, or null if it succeeded
 */
public record RunEnd(Body value, String contentType, @Nullable TaskError error) {}
