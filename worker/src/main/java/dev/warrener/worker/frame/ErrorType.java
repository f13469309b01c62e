package dev.warrener.worker.frame;

/**
 * The values of {@link HeaderKey#ERROR_TYPE} that have a meaning in the protocol. Every other value
 * is the class, or the like, of what a handler has thrown.
 */
public final class ErrorType {
  /** The worker has no handler of the task's name. The run never started. */
  public static final String UNKNOWN_HANDLER = "unknown-handler";

  /** The run was cancelled or recalled before it started, and never will start. */
  public static final String CANCELLED = "cancelled";

  /** The input isn't what the handler expects. Another attempt would fail the same way. */
  public static final String INVALID_INPUT = "invalid-input";

  /** The handler returned more bytes than the worker accepts. */
  public static final String RESULT_TOO_LARGE = "result-too-large";

  /** The command of a worker that runs commands could not be started. */
  public static final String COMMAND = "command";

  /** The command ended with a status other than 0, or by a signal. */
  public static final String EXIT = "exit";

  /**
   * The command was ended by a SIGTERM that the worker did not send, and the worker was told to
   * stop by a signal at the same time: somebody has signalled all processes of a service.
   */
  public static final String TERMINATED = "terminated";

  private ErrorType() {}
}
