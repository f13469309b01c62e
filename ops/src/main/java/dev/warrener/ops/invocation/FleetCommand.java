package dev.warrener.ops.invocation;

import java.util.concurrent.Callable;

/** A command: it ends with a status, or fails with a {@link CommandFailure}. */
public abstract class FleetCommand implements Callable<Integer> {
  private final Invocation invocation;

  public FleetCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /** Returns what all commands of one call share: options, streams, the way to the broker. */
  public final Invocation invocation() {
    return invocation;
  }

  /**
   * Runs the command.
   *
   * @throws CommandFailure if the command fails, with a sentence
   * @throws InterruptedException never in practice: Ctrl-C ends the process
   */
  public abstract ExitStatus run() throws InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    return run().code();
  }
}
