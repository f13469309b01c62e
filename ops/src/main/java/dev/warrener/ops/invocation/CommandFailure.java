package dev.warrener.ops.invocation;

import org.jspecify.annotations.Nullable;

/**
 * A command that can't go on: the status to end with and one sentence that says what to do. Shown
 * as {@code error: SENTENCE}, without a stack trace.
 */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitStatus status;

  public CommandFailure(ExitStatus status, String sentence) {
    this(status, sentence, null);
  }

  public CommandFailure(ExitStatus status, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.status = status;
  }

  /** Returns the failure for wrong usage. */
  public static CommandFailure usage(String sentence) {
    return new CommandFailure(ExitStatus.USAGE, sentence);
  }

  /** Returns the failure for an argument that does not make sense. */
  public static CommandFailure usage(IllegalArgumentException cause) {
    return new CommandFailure(ExitStatus.USAGE, String.valueOf(cause.getMessage()), cause);
  }

  /** Returns the status that the process ends with. */
  public ExitStatus status() {
    return status;
  }

  /** Returns the sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
