package dev.warrener.controller.fleet.state;

import dev.warrener.controller.death.WorkerKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.TreePMap;

/**
 * The whole state of the workers, tasks and orders of one host. Immutable: the fleet's thread
 * replaces it, every other thread may read it.
 *
 * @param settings the settings of the controller
 * @param startedAt when the controller started, by the {@linkplain Now#steady steady} clock:
 *     incarnations of workers count from then
 * @param phase the phase of the controller's life
 * @param broker the connection to the broker, and the unanswered requests
 * @param pool the slots of the workers
 * @param queues the queues served here, by name
 * @param orders the orders under way, done and refused
 * @param restrictions the holds and revocations in force
 * @param memory the tasks that are or were here
 * @param others the other controllers
 */
public record FleetState(
    Settings settings,
    Instant startedAt,
    Phase phase,
    Broker broker,
    WorkerPool pool,
    TreePMap<String, QueueState> queues,
    Orders orders,
    Restrictions restrictions,
    TaskMemory memory,
    OtherControllers others) {

  /** The phases of a controller's life. */
  public enum Phase {
    /** The orders in force have not been read yet, so no worker is started. */
    STARTING,
    /** Tasks are taken and run. */
    RUNNING,
    /** No more tasks are taken; running ones may finish. */
    DRAINING,
    /** The workers are killed. */
    STOPPING,
    /** The controller has reported its end, and decides nothing any more. */
    ENDED
  }

  /**
   * Returns the state of a controller that has just started.
   *
   * @param now the time by the {@linkplain Now#steady steady} clock
   */
  public static FleetState initial(Settings settings, Instant now) {
    TreePMap<String, QueueState> queues = TreePMap.empty();
    for (var queue : settings.queues()) {
      queues = queues.plus(queue.name(), QueueState.of(queue));
    }
    return new FleetState(
        settings,
        now,
        Phase.STARTING,
        Broker.UNCONNECTED,
        WorkerPool.of(settings.queues(), now),
        queues,
        Orders.NONE,
        Restrictions.NONE,
        TaskMemory.empty(now),
        OtherControllers.NONE);
  }

  /** Whether this state has no change from {@code other} that must be reported at once. */
  public boolean looksLike(FleetState other) {
    return phase == other.phase
        && broker.connected() == other.broker.connected()
        && broker.synced() == other.broker.synced()
        && pool.equals(other.pool)
        && restrictions.holds().equals(other.restrictions.holds());
  }

  /** Returns the workers that can be sent frames: their processes exist and have been greeted. */
  public List<WorkerKey> greetedWorkers() {
    var greeted = new ArrayList<WorkerKey>();
    for (var slot : pool.slots()) {
      if (slot.process() instanceof Slot.Live live && live.pid() > 0) {
        greeted.add(slot.key());
      }
    }
    return greeted;
  }

  /** Whether the controller has reported its end. */
  public boolean isEnded() {
    return phase == Phase.ENDED;
  }
}
