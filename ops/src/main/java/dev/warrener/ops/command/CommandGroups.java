package dev.warrener.ops.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands that only hold other commands. */
final class CommandGroups {
  private CommandGroups() {}

  /** Returns a group with its commands. */
  static CommandLine group(Object group, Object... commands) {
    var line = new CommandLine(group);
    for (var command : commands) {
      line.addSubcommand(command);
    }
    return line;
  }

  /** {@code warrener task …}. */
  @Command(name = "task", description = "Tasks that run now.")
  static final class TaskGroup {}

  /** {@code warrener batch …}. */
  @Command(name = "batch", description = "Batches of which a task runs now, or that are held.")
  static final class BatchGroup {}

  /** {@code warrener queue …}. */
  @Command(name = "queue", description = "Queues of tasks.")
  static final class QueueGroup {}

  /** {@code warrener dead …}. */
  @Command(
      name = "dead",
      description = "Dead letters: tasks that will not run again by themselves.")
  static final class DeadGroup {}

  /** {@code warrener kills …}. */
  @Command(name = "kills", description = "Past orders and their outcomes.")
  static final class KillsGroup {}

  /** {@code warrener audit …}. */
  @Command(name = "audit", description = "The controllers' audit logs.")
  static final class AuditGroup {}
}
