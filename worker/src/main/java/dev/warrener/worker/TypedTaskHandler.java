package dev.warrener.worker;

/**
 * A handler that works with values instead of bytes. Subclasses decode and encode them, so any
 * library can be used: for Jackson or Protocol Buffers, one abstract class of a few lines serves
 * all your handlers.
 *
 * @param <I> the type that a task's input is decoded to
 * @param <O> the type that a run returns
 */
public abstract class TypedTaskHandler<I, O> implements TaskHandler {
  /** Creates a handler; for subclasses. */
  protected TypedTaskHandler() {}

  /**
   * Returns the value that a task's body holds.
   *
   * @throws InvalidInputException if the body isn't what this handler expects
   */
  protected abstract I decode(byte[] input) throws Exception;

  /** Runs a task once, as {@link TaskHandler#handle} does. */
  protected abstract O run(TaskContext context, I input) throws Exception;

  /** Returns the result for what a run has returned. */
  protected abstract TaskResult encode(O output) throws Exception;

  @Override
  public final TaskResult handle(TaskContext context, byte[] input) throws Exception {
    return encode(run(context, decode(input)));
  }
}
