package dev.warrener.controller.fleet.simulator;

import dev.warrener.messaging.task.Task;
import java.time.Instant;

/** One message at the broker; the same task may be in several. */
final class Letter {
  final Task task;
  final long number;

  /** When it came to the broker. */
  final Instant made;

  /** How often the broker has handed it out: its delivery count. */
  int deliveries;

  /** When it comes back from a retry queue. */
  Instant due = Instant.EPOCH;

  Letter(Task task, long number, Instant made) {
    this.task = task;
    this.number = number;
    this.made = made;
  }

  @Override
  public String toString() {
    return task.id() + "@" + task.attempt() + "#" + number;
  }
}
