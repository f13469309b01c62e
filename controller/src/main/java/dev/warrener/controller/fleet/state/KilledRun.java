package dev.warrener.controller.fleet.state;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.messaging.report.Fate;

/**
 * A run that was in flight when its worker was killed. Immutable.
 *
 * @param run the run
 * @param queue the queue of its worker
 * @param worker the worker that was killed
 * @param fate the fate that the order gives the task
 * @param settled whether the fate could be carried out, as far as is known
 * @param begun whether its settlement has begun
 * @param late whether its worker died after the order had given the worker up: then the run is
 *     proven and reported by itself
 */
public record KilledRun(
    TaskRun run,
    String queue,
    WorkerKey worker,
    Fate fate,
    boolean settled,
    boolean begun,
    boolean late) {
  /** Returns a killed run whose settlement has not begun. */
  public static KilledRun of(TaskRun run, Slot slot, Fate fate) {
    return new KilledRun(run, slot.queue(), slot.key(), fate, true, false, false);
  }

  /** Returns the task that it ran. */
  public TaskKey key() {
    return new TaskKey(run.task().id(), queue);
  }

  /** Whether it ran a task. */
  public boolean is(TaskKey task) {
    return key().equals(task);
  }

  /** Returns a copy whose fate could not be carried out. */
  public KilledRun unsettled() {
    return new KilledRun(run, queue, worker, fate, false, begun, late);
  }

  /** Returns a copy whose delivery the broker has back. */
  public KilledRun handedBack() {
    return new KilledRun(run.withDelivery(null), queue, worker, fate, settled, begun, late);
  }

  /** Returns a copy whose settlement has begun. */
  public KilledRun beginning() {
    return new KilledRun(run, queue, worker, fate, settled, true, late);
  }

  /** Returns a copy whose settlement has begun after the order had given the worker up. */
  public KilledRun beginningLate() {
    return new KilledRun(run, queue, worker, fate, settled, true, true);
  }

  /** Returns the tag of the delivery, or 0 if the broker has the delivery back. */
  public long tag() {
    var delivery = run.delivery();
    return delivery == null ? 0 : delivery.tag();
  }
}
