package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.order.Scope;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a controller says of itself every two seconds and at each change.
 *
 * @param version of the contract, 1
 * @param id the controller's id
 * @param host the host that it runs on
 * @param pid its process id
 * @param software the release of Warrener that it runs
 * @param at when it said this
 * @param state what it does now
 * @param workers its workers, by slot
 * @param queues the queues that it serves
 * @param holds the holds in force here
 * @param leaseMillis how long runs go on without the broker, in milliseconds; 0 if nothing bounds
 *     it
 * @param containment the tier that holds its workers
 * @param refusedOrders how many orders it has refused since its start; null if it doesn't say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Presence(
    int version,
    String id,
    String host,
    long pid,
    String software,
    Instant at,
    ControllerState state,
    List<WorkerPresence> workers,
    List<QueuePresence> queues,
    List<Hold> holds,
    long leaseMillis,
    String containment,
    @Nullable Long refusedOrders) {

  /** One that doesn't say how many orders were refused. */
  public Presence(
      int version,
      String id,
      String host,
      long pid,
      String software,
      Instant at,
      ControllerState state,
      List<WorkerPresence> workers,
      List<QueuePresence> queues,
      List<Hold> holds,
      long leaseMillis,
      String containment) {
    this(
        version,
        id,
        host,
        pid,
        software,
        at,
        state,
        workers,
        queues,
        holds,
        leaseMillis,
        containment,
        null);
  }

  /**
   * One worker.
   *
   * @param slot its number at the controller, from 1; its id is {@code CONTROLLER/SLOT}
   * @param queue the queue that it serves
   * @param incarnation counts the processes that the slot has had, from 1; 0 before the first
   * @param pid of the process, or null if there is none
   * @param state what it does now
   * @param task that it runs, or null
   * @param attempt of that task, or null
   * @param batch of that task, or null
   * @param handler of that task, or null
   * @param since when it entered its state
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WorkerPresence(
      int slot,
      String queue,
      long incarnation,
      @Nullable Long pid,
      WorkerState state,
      @Nullable String task,
      @Nullable Integer attempt,
      @Nullable String batch,
      @Nullable String handler,
      Instant since) {}

  /**
   * One queue.
   *
   * @param name the queue's name
   * @param workers how many workers serve it here
   * @param waiting tasks that this controller holds and has not started
   * @param running tasks that run here
   * @param held whether a hold is in force for all of it here
   */
  public record QueuePresence(String name, int workers, int waiting, int running, boolean held) {}

  /**
   * A hold in force.
   *
   * @param order the id of the order that set it
   * @param scope what it holds
   * @param reason the order's
   * @param issuedBy the order's
   * @param since when the order was issued
   */
  public record Hold(String order, Scope scope, String reason, String issuedBy, Instant since) {}
}
