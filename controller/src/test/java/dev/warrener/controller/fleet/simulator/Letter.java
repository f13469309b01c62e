package dev.warrener.controller.fleet.simulator;

import dev.warrener.messaging.task.Task;
import java.time.Instant;

/** One message at the broker; the same task may be in several. */
final class Letter {
  final Task task;
  final long number;

  /** How often the broker has handed it out: its delivery count. */
  int deliveries;

  /** When it comes back from a retry queue. */
  Instant due = Instant.EPOCH;

  Letter(Task task, long number) {
    this.task = task;
    this.number = number;
  }

  @Override
  public String toString() {
    return task.id() + "@" + task.attempt() + "#" + number;
  }
}
