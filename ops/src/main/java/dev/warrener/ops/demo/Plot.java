package dev.warrener.ops.demo;

import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.Then;
import dev.warrener.operator.order.KillPlan;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A story of the demo.
 *
 * @param batches whether it is the story of the two batches
 * @param inFlight the chosen fate, or null for the story's own
 * @param then the chosen aftermath, or null for the story's own
 * @param workers how many worker processes
 * @param tasks how many tasks
 */
record Plot(
    boolean batches, @Nullable InFlight inFlight, @Nullable Then then, int workers, int tasks) {

  /** The tasks of the first batch: the first half. */
  int inFirstBatch() {
    return tasks / 2;
  }

  @Nullable String batchOf(int task) {
    if (!batches) {
      return null;
    }
    return task < inFirstBatch() ? "first" : "second";
  }

  KillPlan kill() {
    return KillPlan.of(
        batches ? Scope.ofBatch("first") : Scope.ALL, inFlight, null, then, Duration.ZERO);
  }

  /** Returns how many tasks run when the kill is sent. */
  int running() {
    return Math.min(workers, tasks);
  }
}
