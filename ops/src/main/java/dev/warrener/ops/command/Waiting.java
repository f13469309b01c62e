package dev.warrener.ops.command;

import dev.warrener.ops.command.FleetView.Snapshot;
import dev.warrener.ops.screen.Text;

/**
 * How many tasks wait. Which ones nobody can say: to read a task from a queue is to take it out.
 *
 * @param atBroker tasks in the queues that somebody serves
 * @param retrying tasks in their retry queues
 * @param atControllers tasks that controllers hold and have not started
 * @param unasked queues of which the broker did not tell
 */
record Waiting(long atBroker, long retrying, long atControllers, int unasked) {

  static Waiting of(Snapshot snapshot) {
    long atBroker = 0;
    long retrying = 0;
    for (var depth : snapshot.queues().values()) {
      atBroker += depth.waiting();
      retrying += depth.retrying();
    }
    long atControllers =
        snapshot.roster().presences().values().stream()
            .flatMap(presence -> presence.queues().stream())
            .mapToLong(queue -> queue.waiting())
            .sum();
    return new Waiting(
        atBroker,
        retrying,
        atControllers,
        snapshot.roster().queues().size() - snapshot.queues().size());
  }

  /** {@code Waiting: 120 at the broker, 3 for a retry, 2 at controllers}. */
  String sentence() {
    return "Waiting: "
        + Text.grouped(atBroker)
        + " at the broker, "
        + Text.grouped(retrying)
        + " in retry queues, "
        + Text.grouped(atControllers)
        + " at controllers"
        + (unasked == 0 ? "" : " (without " + Text.count(unasked, "queue") + " not asked)");
  }
}
