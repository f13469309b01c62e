package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.Contract;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a controller, which it publishes every two seconds and at each change.
 *
 * @param version the version of the contract, 1
 * @param id the controller's id
 * @param host the host that it runs on
 * @param pid its process id
 * @param software the release of Warrener that it runs
 * @param at when it published this
 * @param state what it does now
 * @param workers its workers, by slot
 * @param queues the queues that it serves
 * @param holds the holds in force here
 * @param leaseMillis how long runs go on without the broker, in milliseconds; 0 if without limit
 * @param containment the tier that holds its workers
 * @param refusedOrders the number of orders that it has refused since its start, or null if left
 *     out
 * @param unproven why the deaths of its workers are found and not proven, and what would change
 *     that; null if the kernel proves them, or if left out
 * @param unavailableHandlers a sentence about each configured handler that can't be used, or null
 *     for none
 * @param revocations the newest revocations of batches in force here, at most {@value
 *     #MOST_REVOCATIONS}; null for none
 * @param moreRevocations the number of further revocations of batches; null for none
 * @param problems a sentence about each thing that does not work there and needs somebody, such as
 *     an audit log that can't be written; null for none
 * @param newestOrderAt when the newest hold, resume or revocation was issued that it knows of, or
 *     null for none: an order that is issued earlier has no effect where that one decides
 * @param anyUserMayOrder true if it has no list of operators, and carries out the orders of every
 *     user whom the broker lets publish them; null if it has such a list, or if left out
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
    @Nullable Long refusedOrders,
    @Nullable String unproven,
    @Nullable List<String> unavailableHandlers,
    @Nullable List<Revocation> revocations,
    @Nullable Integer moreRevocations,
    @Nullable List<String> problems,
    @Nullable Instant newestOrderAt,
    @Nullable Boolean anyUserMayOrder) {
  /** The most revocations that a presence names. */
  public static final int MOST_REVOCATIONS = 20;

  /** Returns the revocations that it names; none if it has none. */
  public List<Revocation> namedRevocations() {
    return revocations == null ? List.of() : revocations;
  }

  /** Returns a copy with other problems. */
  public Presence withProblems(List<String> sentences) {
    return new Presence(
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
        refusedOrders,
        unproven,
        unavailableHandlers,
        revocations,
        moreRevocations,
        sentences.isEmpty() ? null : List.copyOf(sentences),
        newestOrderAt,
        anyUserMayOrder);
  }

  /** Starts a presence of the controller {@code id} on {@code host}. */
  public static Builder builder(String id, String host) {
    return new Builder(id, host);
  }

  /** Makes a presence without the fields that may be left out. */
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
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /**
   * One worker.
   *
   * @param slot its number at the controller, from 1; its id is {@code CONTROLLER/SLOT}
   * @param queue the queue that it serves
   * @param incarnation the number of processes that the slot has had; 0 before the first
   * @param pid the process id, or null if there is no process
   * @param state what the worker does now
   * @param task the id of the task that it runs, or null
   * @param attempt the attempt of that task, or null
   * @param batch the batch of that task, or null
   * @param handler the handler of that task, or null
   * @param since when the worker entered its state
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
      Instant since) {

    /** Starts the presence of worker number {@code slot}, which serves {@code queue}. */
    public static Builder builder(int slot, String queue) {
      return new Builder(slot, queue);
    }

    /** Builds a worker's presence. Not thread-safe. */
    public static final class Builder {
      private final int slot;
      private final String queue;
      private long incarnation = 0;
      private @Nullable Long pid;
      private WorkerState state = WorkerState.EMPTY;
      private @Nullable String task;
      private @Nullable Integer attempt;
      private @Nullable String batch;
      private @Nullable String handler;
      private @Nullable Instant since;

      private Builder(int slot, String queue) {
        this.slot = slot;
        this.queue = queue;
      }

      /** The number of processes that the slot has had; 0 by default. */
      public Builder incarnation(long incarnation) {
        this.incarnation = incarnation;
        return this;
      }

      /** The id of the process, if there is one. */
      public Builder pid(@Nullable Long pid) {
        this.pid = pid;
        return this;
      }

      /** The current state of the worker; {@code empty} by default. */
      public Builder state(WorkerState state) {
        this.state = state;
        return this;
      }

      /** The id of the task that it runs. */
      public Builder task(@Nullable String task) {
        this.task = task;
        return this;
      }

      /** The attempt of that task. */
      public Builder attempt(@Nullable Integer attempt) {
        this.attempt = attempt;
        return this;
      }

      /** The batch of that task. */
      public Builder batch(@Nullable String batch) {
        this.batch = batch;
        return this;
      }

      /** The handler of that task. */
      public Builder handler(@Nullable String handler) {
        this.handler = handler;
        return this;
      }

      /** When the worker entered its state. Required. */
      public Builder since(Instant since) {
        this.since = since;
        return this;
      }

      /**
       * Returns the presence of the worker.
       *
       * @throws NullPointerException if a required field is missing; the message names it
       */
      public WorkerPresence build() {
        return new WorkerPresence(
            slot,
            queue,
            incarnation,
            pid,
            state,
            task,
            attempt,
            batch,
            handler,
            Objects.requireNonNull(since, "since"));
      }
    }
  }

  /**
   * One queue.
   *
   * @param name the queue's name
   * @param workers the number of workers that serve it here
   * @param waiting the number of tasks that this controller has received and not started
   * @param running the number of tasks that run here
   * @param held whether a hold is in force for all of it here
   */
  public record QueuePresence(String name, int workers, int waiting, int running, boolean held) {}

  /**
   * A hold in force.
   *
   * @param order the id of the order that set it
   * @param scope what it holds
   * @param reason the reason of that order
   * @param issuedBy who issued that order
   * @param since when the order was issued
   */
  public record Hold(String order, Scope scope, String reason, String issuedBy, Instant since) {}

  /**
   * A revocation in force: tasks of its batches that wait or are still published meet its fate.
   *
   * @param order the id of the order that revoked
   * @param scope which tasks
   * @param fate what becomes of them
   * @param reason the reason of that order
   * @param issuedBy who issued that order
   * @param since when the order was issued
   */
  public record Revocation(
      String order, Scope scope, Backlog fate, String reason, String issuedBy, Instant since) {}

  /** Builds a presence. Not thread-safe. */
  public static final class Builder {
    private final String id;
    private final String host;
    private long pid = 0;
    private @Nullable String software;
    private @Nullable Instant at;
    private ControllerState state = ControllerState.RUNNING;
    private List<WorkerPresence> workers = List.of();
    private List<QueuePresence> queues = List.of();
    private List<Hold> holds = List.of();
    private long leaseMillis = 0;
    private @Nullable String containment;
    private @Nullable Long refusedOrders;
    private @Nullable String unproven;
    private @Nullable List<String> unavailableHandlers;
    private @Nullable List<Revocation> revocations;
    private @Nullable Integer moreRevocations;
    private @Nullable Instant newestOrderAt;
    private @Nullable Boolean anyUserMayOrder;

    private Builder(String id, String host) {
      this.id = id;
      this.host = host;
    }

    /** The controller's process id. Required. */
    public Builder pid(long pid) {
      this.pid = pid;
      return this;
    }

    /** The release of Warrener that the controller runs. Required. */
    public Builder software(String software) {
      this.software = software;
      return this;
    }

    /** When the controller reported this. Required. */
    public Builder at(Instant at) {
      this.at = at;
      return this;
    }

    /** The current state of the controller; {@code running} by default. */
    public Builder state(ControllerState state) {
      this.state = state;
      return this;
    }

    /** Its workers, by slot; none by default. */
    public Builder workers(List<WorkerPresence> workers) {
      this.workers = workers;
      return this;
    }

    /** The queues that it serves; none by default. */
    public Builder queues(List<QueuePresence> queues) {
      this.queues = queues;
      return this;
    }

    /** The holds in force there; none by default. */
    public Builder holds(List<Hold> holds) {
      this.holds = holds;
      return this;
    }

    /**
     * The longest that runs go on without the broker, in milliseconds; 0 by default, for no bound.
     */
    public Builder leaseMillis(long leaseMillis) {
      this.leaseMillis = leaseMillis;
      return this;
    }

    /** The tier that holds its workers. Required. */
    public Builder containment(String containment) {
      this.containment = containment;
      return this;
    }

    /** The number of orders that the controller has refused since its start. */
    public Builder refusedOrders(@Nullable Long refusedOrders) {
      this.refusedOrders = refusedOrders;
      return this;
    }

    /**
     * The reason why deaths of the controller's workers are not proven; null by default: they are
     * proven.
     */
    public Builder unproven(@Nullable String unproven) {
      this.unproven = unproven;
      return this;
    }

    /** A sentence about each handler that its workers can't use; none by default. */
    public Builder unavailableHandlers(List<String> unavailableHandlers) {
      this.unavailableHandlers =
          unavailableHandlers.isEmpty() ? null : List.copyOf(unavailableHandlers);
      return this;
    }

    /** The revocations of batches in force there, the newest first; none by default. */
    public Builder revocations(List<Revocation> all) {
      int more = all.size() - MOST_REVOCATIONS;
      this.revocations =
          all.isEmpty() ? null : List.copyOf(more > 0 ? all.subList(0, MOST_REVOCATIONS) : all);
      this.moreRevocations = more > 0 ? more : null;
      return this;
    }

    /** When the newest hold, resume or revocation was issued; null by default: there is none. */
    public Builder newestOrderAt(@Nullable Instant newestOrderAt) {
      this.newestOrderAt = newestOrderAt;
      return this;
    }

    /** Whether it carries out the orders of every user; it does not by default. */
    public Builder anyUserMayOrder(boolean anyUserMayOrder) {
      this.anyUserMayOrder = anyUserMayOrder ? true : null;
      return this;
    }

    /**
     * Returns the presence.
     *
     * @throws NullPointerException if a required field is missing; the message names it
     */
    public Presence build() {
      return new Presence(
          Contract.VERSION,
          id,
          host,
          pid,
          Objects.requireNonNull(software, "software"),
          Objects.requireNonNull(at, "at"),
          state,
          workers,
          queues,
          holds,
          leaseMillis,
          Objects.requireNonNull(containment, "containment"),
          refusedOrders,
          unproven,
          unavailableHandlers,
          revocations,
          moreRevocations,
          null,
          newestOrderAt,
          anyUserMayOrder);
    }
  }
}
