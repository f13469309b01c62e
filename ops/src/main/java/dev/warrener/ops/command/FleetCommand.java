package dev.warrener.ops.command;

import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import java.util.concurrent.Callable;

/** A command: it ends with a status, or fails with a {@link CommandFailure}. */
abstract class FleetCommand implements Callable<Integer> {
  private final Invocation invocation;

  FleetCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /** What is common to all commands of one call: options, streams, the way to the broker. */
  final Invocation invocation() {
    return invocation;
  }

  /**
   * Does it.
   *
   * @throws CommandFailure with a sentence, if it can't be done
   * @throws InterruptedException never in practice: Ctrl-C ends the process
   */
  abstract ExitStatus run() throws InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    return run().code();
  }
}
