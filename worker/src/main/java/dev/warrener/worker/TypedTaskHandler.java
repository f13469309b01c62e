package dev.warrener.worker;

/**
 * A handler of values instead of bytes. It decides itself how bytes become values: a class between
 * this one and yours, of a few lines, is enough for Jackson, Protocol Buffers or anything else.
 *
 * @param <I> what a task's input is decoded to
 * @param <O> what a run returns
 */
public abstract class TypedTaskHandler<I, O> implements TaskHandler {
  /** For subclasses. */
  protected TypedTaskHandler() {}

  /**
   * Makes the value from a task's body.
   *
   * @throws InvalidInputException if the body isn't what this handler expects
   */
  protected abstract I decode(byte[] input) throws Exception;

  /** Does one run, in the manner of {@link TaskHandler#handle}. */
  protected abstract O run(TaskContext context, I input) throws Exception;

  /** Makes the result from what a run has returned. */
  protected abstract TaskResult encode(O output) throws Exception;

  @Override
  public final TaskResult handle(TaskContext context, byte[] input) throws Exception {
    return encode(run(context, decode(input)));
  }
}
