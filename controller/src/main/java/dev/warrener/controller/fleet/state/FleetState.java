package dev.warrener.controller.fleet.state;

import dev.warrener.controller.process.WorkerKey;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;
import org.pcollections.TreePMap;

/**
 * Everything that a controller knows of its fleet. Immutable: the owner thread replaces it,
 * everybody else may read it.
 *
 * @param settings what the controller was told at its start
 * @param startedAt when it started: incarnations count from then
 * @param phase how far its life is
 * @param generation of the task connection; 0 before the first
 * @param connected whether the task connection is up
 * @param synced whether the orders in force are known and live ones arrive
 * @param slots by number
 * @param queues by name
 * @param holds the hold statements in force
 * @param revocations what must not start any more
 * @param known the tasks that may be here
 * @param ended the runs that have lately ended
 * @param orders the orders on their way, by id
 * @param done the orders lately done, by id
 * @param refusals why orders of operators were lately refused, by id: an order that comes again is
 *     the same order
 * @param pending what was asked of the broker and not answered, by token
 * @param lastToken the newest token
 * @param roster the other controllers, by id
 * @param shownRunning whether the broker was shown that processes of workers live here
 * @param keepsake what is to be remembered over a restart, and is being written down
 * @param refused how many orders were refused since the start
 * @param refusedLately those that were refused lately, by id, with whether they have come by
 *     another way than the log, in which they are as well
 * @param watchesAhead whether a timer is set that looks after what was handed to busy workers
 */
public record FleetState(
    Settings settings,
    Instant startedAt,
    Phase phase,
    long generation,
    boolean connected,
    boolean synced,
    TreePMap<Integer, Slot> slots,
    TreePMap<String, QueueState> queues,
    Holds holds,
    Revocations revocations,
    KnownTasks known,
    EndedRuns ended,
    TreePMap<String, OrderProgress> orders,
    TreePMap<String, OrderProgress> done,
    TreePMap<String, String> refusals,
    HashPMap<Long, Pending> pending,
    long lastToken,
    HashPMap<String, Seen> roster,
    boolean shownRunning,
    RetainedRestrictions keepsake,
    long refused,
    HashPMap<String, Boolean> refusedLately,
    boolean watchesAhead) {

  /** How far a controller's life is. */
  public enum Phase {
    /** It has not yet read the orders in force: no worker is started. */
    STARTING,
    /** It works. */
    RUNNING,
    /** It takes no more tasks and waits for those that run. */
    DRAINING,
    /** It kills its workers. */
    STOPPING,
    /** It has said that it ends; nothing happens any more. */
    ENDED
  }

  /**
   * A queue as this controller serves it.
   *
   * @param waiting the tasks held here and not started, by delivery tag
   * @param handlers the handlers that its workers have; empty before one was ready
   * @param takesAhead how many tasks its workers take before they are free
   * @param paceNanos about how long a run takes, as far as the last few tell
   */
  public record QueueState(
      String name,
      boolean consuming,
      TreePMap<Long, Task> waiting,
      MapPSet<String> handlers,
      int takesAhead,
      long paceNanos) {
    /**
     * So many times as long as a task may wait at a busy worker is how long a run is taken to be at
     * first, and the most that one run counts for.
     */
    public static final long UNKNOWN_PACE = 4;

    public static QueueState of(Settings.QueueSettings settings) {
      return new QueueState(
          settings.name(),
          false,
          TreePMap.empty(),
          HashTreePSet.empty(),
          0,
          settings.ahead().within().multipliedBy(UNKNOWN_PACE).toNanos());
    }

    public QueueState consuming(boolean now) {
      return new QueueState(name, now, waiting, handlers, takesAhead, paceNanos);
    }

    public QueueState withWaiting(TreePMap<Long, Task> tasks) {
      return new QueueState(name, consuming, tasks, handlers, takesAhead, paceNanos);
    }

    public QueueState withHandlers(MapPSet<String> all, int ahead) {
      return new QueueState(name, consuming, waiting, all, ahead, paceNanos);
    }

    public QueueState withPace(long nanos) {
      return new QueueState(name, consuming, waiting, handlers, takesAhead, nanos);
    }
  }

  /**
   * Another controller.
   *
   * @param presence its last word
   * @param at when that was heard, by our clock
   */
  public record Seen(Presence presence, Instant at) {}

  /** What was asked of the broker under a token. */
  public sealed interface Pending {
    /** A copy was published; then the delivery is acknowledged. */
    record Copy(DeliveryKey delivery, String task, int attempt, @Nullable String order)
        implements Pending {}

    /** A result was published; then the delivery is acknowledged. */
    record Result(DeliveryKey delivery) implements Pending {}

    /** An order waits for proof that settlements were taken. */
    record Proof(String order, String queue) implements Pending {}

    /** The same, of one run whose worker died after the order had given it up. */
    record LateProof(String order, OrderProgress.Doomed doomed) implements Pending {}

    /** An order waits for the backlog of a queue. */
    record Waiting(String order, String queue) implements Pending {}

    /** What is to be remembered is being written down. */
    record Keeping() implements Pending {}
  }

  /** The state of a controller that has just started. */
  public static FleetState initial(Settings settings, Instant now) {
    TreePMap<Integer, Slot> slots = TreePMap.empty();
    TreePMap<String, QueueState> queues = TreePMap.empty();
    int number = 1;
    for (var queue : settings.queues()) {
      queues = queues.plus(queue.name(), QueueState.of(queue));
      for (int i = 0; i < queue.processes(); i++, number++) {
        slots =
            slots.plus(
                number, new Slot(number, queue.name(), 0, new Slot.None(now), 0, null, false));
      }
    }
    return new FleetState(
        settings,
        now,
        Phase.STARTING,
        0,
        false,
        false,
        slots,
        queues,
        Holds.NONE,
        Revocations.NONE,
        KnownTasks.NONE,
        EndedRuns.none(now),
        TreePMap.empty(),
        TreePMap.empty(),
        TreePMap.empty(),
        HashTreePMap.empty(),
        0,
        HashTreePMap.empty(),
        false,
        RetainedRestrictions.NONE,
        0,
        HashTreePMap.empty(),
        false);
  }

  /** Whether there is nothing in this state that others should hear at once. */
  public boolean looksLike(FleetState other) {
    return phase == other.phase
        && connected == other.connected
        && synced == other.synced
        && slots.equals(other.slots)
        && holds.equals(other.holds);
  }

  /** The workers whose processes exist and have been greeted: nothing may be sent before that. */
  public List<WorkerKey> greetedWorkers() {
    var greeted = new ArrayList<WorkerKey>();
    for (var slot : slots.values()) {
      if (slot.process() instanceof Slot.Live live && live.pid() > 0) {
        greeted.add(slot.key());
      }
    }
    return greeted;
  }

  /** Whether nothing happens any more. */
  public boolean isEnded() {
    return phase == Phase.ENDED;
  }
}
