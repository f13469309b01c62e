package dev.warrener.ops.view;

import dev.warrener.operator.text.Phrases;

/**
 * The numbers of waiting tasks. The tasks themselves can't be listed: reading a task from a queue
 * takes it out.
 *
 * @param atBroker tasks in the known queues, also in those that nobody serves
 * @param retrying tasks in their retry queues
 * @param atControllers tasks that controllers hold and have not started
 * @param unasked queues whose counts the broker did not give
 * @param isComplete whether all queues that nobody serves are known
 */
record WaitingTasks(
    long atBroker, long retrying, long atControllers, int unasked, boolean isComplete) {

  static WaitingTasks of(Snapshot snapshot) {
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
    return new WaitingTasks(
        atBroker,
        retrying,
        atControllers,
        snapshot.queueNames().size() - snapshot.queues().size(),
        snapshot.unserved().areAllKnown());
  }

  /** {@code WaitingTasks: 120 at the broker, 3 for a retry, 2 at controllers}. */
  String sentence() {
    return "Waiting: "
        + Phrases.grouped(atBroker)
        + " at the broker, "
        + Phrases.grouped(retrying)
        + " in retry queues, "
        + Phrases.grouped(atControllers)
        + " at controllers"
        + (unasked == 0 ? "" : " (without " + Phrases.count(unasked, "queue") + " not asked)")
        + (isComplete ? "" : " (without queues that nobody serves)");
  }
}
