package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.warrener.messaging.Contract;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A controller's report about an order. All reports share the fields of {@link Header}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Report.ControllerHeard.class, name = ReportType.CONTROLLER_HEARD),
  @JsonSubTypes.Type(value = Report.WorkerDead.class, name = ReportType.WORKER_DEAD),
  @JsonSubTypes.Type(value = Report.WorkerUnconfirmed.class, name = ReportType.WORKER_UNCONFIRMED),
  @JsonSubTypes.Type(value = Report.TaskSettled.class, name = ReportType.TASK_SETTLED),
  @JsonSubTypes.Type(value = Report.ControllerDone.class, name = ReportType.CONTROLLER_DONE),
  @JsonSubTypes.Type(value = Report.ControllerRefused.class, name = ReportType.CONTROLLER_REFUSED),
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface Report {
  /** Returns the version of the contract, 1. */
  int version();

  /** Returns the order's id. */
  String order();

  /** Returns the id of the controller that reports. */
  String controller();

  /** Returns the host that the controller runs on. */
  String host();

  /** Returns when the controller reported this. */
  Instant at();

  /** Returns the number of the report, counted from 1 for each order and controller. */
  long sequence();

  /** The fields that all reports share, from which each kind of report is started. */
  record Header(String order, String controller, String host, Instant at, long sequence) {

    /** Returns the report that the order has arrived. */
    public ControllerHeard heard(
        Expected expected, List<RosterEntry> roster, @Nullable Presence own) {
      return new ControllerHeard(
          Contract.VERSION, order, controller, host, at, sequence, expected, roster, own, null);
    }

    /** Starts the death certificate of a worker. */
    public WorkerDeadBuilder dead(KilledWorker worker) {
      return new WorkerDeadBuilder(this, worker);
    }

    /**
     * Returns the report that a worker's tree could not be shown to be empty.
     *
     * @param task the task that the worker ran, or null
     * @param reason why nobody can tell whether the tree is empty; null if it is not empty
     */
    public WorkerUnconfirmed unconfirmed(
        KilledWorker worker,
        @Nullable String task,
        List<Survivor> survivors,
        @Nullable String reason) {
      return new WorkerUnconfirmed(
          Contract.VERSION,
          order,
          controller,
          host,
          at,
          sequence,
          worker.worker(),
          worker.incarnation(),
          worker.pid(),
          worker.startTicks(),
          worker.containment(),
          task,
          survivors,
          reason);
    }

    /** Returns the report of the fate of an in-flight task. */
    public TaskSettled settled(
        String task, int attempt, @Nullable String batch, String queue, Fate fate) {
      return new TaskSettled(
          Contract.VERSION,
          order,
          controller,
          host,
          at,
          sequence,
          task,
          attempt,
          batch,
          queue,
          fate);
    }

    /** Starts the report that the order has been carried out. */
    public ControllerDone.Builder done(ControllerState state) {
      return new ControllerDone.Builder(this, state);
    }

    /** Returns the report that nothing was done. */
    public ControllerRefused refused(String because) {
      return new ControllerRefused(
          Contract.VERSION, order, controller, host, at, sequence, because);
    }
  }

  /**
   * The process of a worker that an order kills.
   *
   * @param worker the worker's id
   * @param incarnation which process of that worker
   * @param pid of the head of its tree
   * @param startTicks when that process started: field 22 of the kernel's stat
   * @param containment the tier that held the tree
   */
  record KilledWorker(
      String worker, long incarnation, long pid, long startTicks, String containment) {}

  /**
   * The extent of an order at one controller.
   *
   * @param workers the number of worker processes in scope
   * @param tasks the number of in-flight tasks in scope
   * @param busy the number of those workers that run a task
   * @param waiting the number of tasks in scope that this controller has received and not started
   * @param oldestMillis how many milliseconds the oldest of them has run; null if there is none
   */
  record Expected(int workers, int tasks, int busy, int waiting, @Nullable Long oldestMillis) {}

  /**
   * Another controller, as this one knows it.
   *
   * @param id the controller's id
   * @param host the host that it runs on
   * @param lastSeen when its presence was last received
   * @param state whether it is live, silent or has left
   * @param leaseMillis the lease in its presence, in milliseconds, or null if unknown. If the
   *     controller has lost the broker or is frozen, its workers have ended by {@code lastSeen}
   *     plus this
   * @param users the broker users who have been this controller lately: one, or several if its id
   *     is contested; an empty name stands for messages without a {@code user_id}. Null in the
   *     answer of an earlier release
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RosterEntry(
      String id,
      String host,
      Instant lastSeen,
      RosterState state,
      @Nullable Long leaseMillis,
      @Nullable List<String> users) {

    /** Makes an entry without users. */
    public RosterEntry(
        String id, String host, Instant lastSeen, RosterState state, @Nullable Long leaseMillis) {
      this(id, host, lastSeen, state, leaseMillis, null);
    }
  }

  /**
   * A process of a killed worker's tree that still exists.
   *
   * @param pid its process id
   * @param state the kernel's letter for its state, such as {@code D}
   * @param command its name
   */
  record Survivor(long pid, String state, String command) {}

  /**
   * Reports that the order has arrived. For a roll-call or a dry run it carries the controller's
   * presence; {@code unlogged} tells of an order that the log does not have, and is null otherwise.
   */
  record ControllerHeard(
      int version,
      String order,
      String controller,
      String host,
      Instant at,
      long sequence,
      Expected expected,
      List<RosterEntry> roster,
      @Nullable Presence presence,
      @Nullable UnloggedOrder unlogged)
      implements Report {
    /** Returns a copy with another roster and presence. */
    public ControllerHeard with(List<RosterEntry> others, @Nullable Presence own) {
      return new ControllerHeard(
          version, order, controller, host, at, sequence, expected, others, own, unlogged);
    }

    /** Returns a copy that tells how an order came that the log does not have. */
    public ControllerHeard unlogged(@Nullable UnloggedOrder how) {
      return new ControllerHeard(
          version, order, controller, host, at, sequence, expected, roster, presence, how);
    }
  }

  /**
   * A death certificate.
   *
   * @param worker the worker's id
   * @param incarnation which process of that worker
   * @param pid of the head of its tree
   * @param startTicks when that process started: field 22 of the kernel's stat
   * @param containment the tier that held the tree
   * @param signal the signal that ended it, or 0
   * @param exitCode its exit code if it ended by itself, or null
   * @param processesKilled the number of processes of the tree that were seen dying
   * @param treeEmpty always true
   * @param proven whether the kernel showed that the tree is empty, by cgroup or namespace. If
   *     false, a scan found no process of the tree
   * @param task the id of the task that it ran, or null
   * @param deathMicros the time from the first signal to the empty tree, in microseconds
   */
  record WorkerDead(
      int version,
      String order,
      String controller,
      String host,
      Instant at,
      long sequence,
      String worker,
      long incarnation,
      long pid,
      long startTicks,
      String containment,
      int signal,
      @Nullable Integer exitCode,
      int processesKilled,
      boolean treeEmpty,
      boolean proven,
      @Nullable String task,
      long deathMicros)
      implements Report {}

  /**
   * Reports a worker whose tree could not be shown to be empty.
   *
   * @param survivors the processes that are left, as far as they can be named
   * @param reason why nobody can tell whether the tree is empty, such as a failed look at {@code
   *     /proc}; null if processes of it live, and from controllers of an older release
   */
  record WorkerUnconfirmed(
      int version,
      String order,
      String controller,
      String host,
      Instant at,
      long sequence,
      String worker,
      long incarnation,
      long pid,
      long startTicks,
      String containment,
      @Nullable String task,
      List<Survivor> survivors,
      @Nullable String reason)
      implements Report {}

  /** Reports the fate of an in-flight task, after its worker's death. */
  record TaskSettled(
      int version,
      String order,
      String controller,
      String host,
      Instant at,
      long sequence,
      String task,
      int attempt,
      @Nullable String batch,
      String queue,
      Fate fate)
      implements Report {}

  /**
   * Reports that the controller has carried out the order.
   *
   * @param workers the number of workers that were killed and shown to be dead
   * @param tasks the number of in-flight tasks that were settled
   * @param backlog the number of waiting tasks that were purged or dead-lettered
   * @param state what the controller does now
   * @param tookMicros the time since the order's arrival, in microseconds
   * @param failed what could not be done, and why; empty if nothing failed
   * @param notes what else a person should know, or null
   * @param unproven why deaths of this order are found and not proven there, and what would change
   *     that; null if the kernel proves them there, or if left out
   * @param carriedOn true if this covers what a former run of the controller had begun, else null
   */
  record ControllerDone(
      int version,
      String order,
      String controller,
      String host,
      Instant at,
      long sequence,
      int workers,
      int tasks,
      long backlog,
      ControllerState state,
      long tookMicros,
      List<String> failed,
      @Nullable List<String> notes,
      @Nullable String unproven,
      @Nullable Boolean carriedOn)
      implements Report {

    /** Whether this report covers what a former run of the controller had begun. */
    public boolean coversFormerRun() {
      return Boolean.TRUE.equals(carriedOn);
    }

    /** Builds the report of an order that has been carried out. Not thread-safe. */
    public static final class Builder {
      private final Header header;
      private final ControllerState state;
      private int workers;
      private int tasks;
      private long backlog;
      private long tookMicros;
      private List<String> failed = List.of();
      private @Nullable List<String> notes;
      private @Nullable String unproven;
      private boolean carriedOn;

      private Builder(Header header, ControllerState state) {
        this.header = header;
        this.state = state;
      }

      /** The number of workers that were killed and shown to be dead; 0 by default. */
      public Builder workers(int workers) {
        this.workers = workers;
        return this;
      }

      /** The number of in-flight tasks that were settled; 0 by default. */
      public Builder tasks(int tasks) {
        this.tasks = tasks;
        return this;
      }

      /** The number of waiting tasks that were purged or dead-lettered; 0 by default. */
      public Builder backlog(long backlog) {
        this.backlog = backlog;
        return this;
      }

      /** The time since the order's arrival, in microseconds; 0 by default. */
      public Builder tookMicros(long tookMicros) {
        this.tookMicros = tookMicros;
        return this;
      }

      /** The parts of the order that could not be done, and why; empty by default. */
      public Builder failed(List<String> failed) {
        this.failed = failed;
        return this;
      }

      /** A note for the person who reads the report; null by default. */
      public Builder notes(@Nullable List<String> notes) {
        this.notes = notes;
        return this;
      }

      /** The reason why deaths of this order are not proven; null by default: they are proven. */
      public Builder unproven(@Nullable String unproven) {
        this.unproven = unproven;
        return this;
      }

      /** Whether the report covers what a former run had begun; false by default. */
      public Builder carriedOn(boolean carriedOn) {
        this.carriedOn = carriedOn;
        return this;
      }

      /** Returns the report. */
      public ControllerDone build() {
        return new ControllerDone(
            Contract.VERSION,
            header.order,
            header.controller,
            header.host,
            header.at,
            header.sequence,
            workers,
            tasks,
            backlog,
            state,
            tookMicros,
            failed,
            notes,
            unproven,
            carriedOn ? true : null);
      }
    }

    /** Makes a report without the fields that may be left out. */
    public ControllerDone(
        int version,
        String order,
        String controller,
        String host,
        Instant at,
        long sequence,
        int workers,
        int tasks,
        long backlog,
        ControllerState state,
        long tookMicros,
        List<String> failed) {
      this(
          version,
          order,
          controller,
          host,
          at,
          sequence,
          workers,
          tasks,
          backlog,
          state,
          tookMicros,
          failed,
          null,
          null,
          null);
    }
  }

  /** Reports that the controller refused the order and did nothing. */
  record ControllerRefused(
      int version,
      String order,
      String controller,
      String host,
      Instant at,
      long sequence,
      String because)
      implements Report {}
}
