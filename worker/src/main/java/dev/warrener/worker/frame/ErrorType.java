package dev.warrener.worker.frame;

/**
 * The values of {@link HeaderKey#ERROR_TYPE} that have a meaning of their own. All others name what
 * a handler threw, in the words of its language.
 */
public final class ErrorType {
  /** This worker has no handler of that name. It never started. */
  public static final String UNKNOWN_HANDLER = "unknown-handler";

  /** The run was cancelled before it started, and never did. */
  public static final String CANCELLED = "cancelled";

  /** The input isn't what the handler expects: another attempt would end the same. */
  public static final String INVALID_INPUT = "invalid-input";

  /** The handler returned more bytes than the worker was told to accept. */
  public static final String RESULT_TOO_LARGE = "result-too-large";

  /** The command of a worker that runs commands could not be started. */
  public static final String COMMAND = "command";

  /** The command ended with a status other than 0, or by a signal. */
  public static final String EXIT = "exit";

  private ErrorType() {}
}
