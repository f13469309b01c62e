package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a worker, published with the key {@code worker.EVENT.CONTROLLER}.
 *
 * @param version of the contract, 1
 * @param event what happened
 * @param worker the worker's id
 * @param incarnation which process of that worker
 * @param pid of the process, or null if there is none
 * @param controller that says it
 * @param host that it runs on
 * @param queue that the worker serves
 * @param exitCode of {@code exited}, or null
 * @param signal that ended it, or null
 * @param detail a sentence for people, or null
 * @param at when it happened
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkerEvent(
    int version,
    WorkerEventKind event,
    String worker,
    long incarnation,
    @Nullable Long pid,
    String controller,
    String host,
    String queue,
    @Nullable Integer exitCode,
    @Nullable Integer signal,
    @Nullable String detail,
    Instant at) {}
