package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a task, published with the key {@code task.EVENT.QUEUE}.
 *
 * @param version of the contract, 1
 * @param event what happened
 * @param task the task's id
 * @param queue that it is in
 * @param batch that it belongs to, or null
 * @param handler that it names, or null if the message names none
 * @param attempt the run that this is about, from 1
 * @param controller that says it
 * @param worker that ran it, or null
 * @param outcome of the run, of {@code finished}; else null
 * @param reason of {@code dead-lettered}; else null
 * @param detail a sentence for people, or null
 * @param order that caused it, or null
 * @param traceparent the task's trace context, or null
 * @param at when it happened
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskEvent(
    int version,
    TaskEventKind event,
    String task,
    String queue,
    @Nullable String batch,
    @Nullable String handler,
    int attempt,
    String controller,
    @Nullable String worker,
    @Nullable Outcome outcome,
    @Nullable DeadReason reason,
    @Nullable String detail,
    @Nullable String order,
    @Nullable String traceparent,
    Instant at) {}
