package dev.warrener.messaging.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The result of a task, sent to the publisher's reply queue when the task has ended for good.
 *
 * @param version of the contract, 1
 * @param task the task's id
 * @param queue the queue that the task was published to, or null from a controller that doesn't say
 * @param batch the task's batch, or null
 * @param outcome how the last run ended
 * @param attempt the number of the last run, from 1
 * @param startedAt when the last run started, or null if none did
 * @param finishedAt when it ended
 * @param controller the controller that ran it
 * @param worker the worker that ran it, or null if none did
 * @param error why it did not succeed, or null
 * @param value what the handler returned, if that was JSON
 * @param valueBase64 what the handler returned, if that was something else
 * @param order the order that killed it, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskResult(
    int version,
    String task,
    @Nullable String queue,
    @Nullable String batch,
    Outcome outcome,
    int attempt,
    @Nullable Instant startedAt,
    Instant finishedAt,
    String controller,
    @Nullable String worker,
    @Nullable TaskError error,
    @Nullable JsonNode value,
    @Nullable String valueBase64,
    @Nullable String order) {}
