package dev.warrener.ops;

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

  /** What the process ends with. */
  public ExitStatus status() {
    return status;
  }

  /** The sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
