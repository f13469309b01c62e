package dev.warrener.worker.process;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.frame.ErrorType;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/** The type, message and stack trace of a failed run, each cut to a limit. */
record Failure(String type, String message, @Nullable String stack) {
  private static final int MAXIMUM_TYPE = 256;
  private static final int MAXIMUM_MESSAGE = 8 * 1024;
  private static final int MAXIMUM_STACK = 32 * 1024;
  private static final int MAXIMUM_CAUSE = 1024;
  private static final int MOST_CAUSES = 1000;
  private static final String MARK = " [cut]";

  Failure {
    type = cut(type, MAXIMUM_TYPE);
    message = cut(message, MAXIMUM_MESSAGE);
    stack = stack == null ? null : cut(stack, MAXIMUM_STACK);
  }

  Failure(String type, String message) {
    this(type, message, null);
  }

  /** Returns the failure for what a handler threw, even if its methods throw again. */
  static Failure of(Throwable thrown) {
    if (thrown instanceof RunFailedException described) {
      return described.failure();
    }
    String type =
        thrown instanceof InvalidInputException
            ? ErrorType.INVALID_INPUT
            : thrown.getClass().getName();
    return new Failure(type, messageOf(thrown), stackOf(thrown));
  }

  static String stackOf(Throwable thrown) {
    var text = new BoundedText();
    try {
      thrown.printStackTrace(new PrintWriter(text));
    } catch (StackOverflowError | RuntimeException e) {
      text.write("(printing it threw " + e.getClass().getName() + ")");
    }
    String stack = text.toString();
    if (stack.length() <= MAXIMUM_STACK) {
      return stack;
    }
    // The first cause is printed last, and tells most.
    String cause = firstCauseOf(thrown);
    return cut(stack, MAXIMUM_STACK - cause.length()) + cause;
  }

  /** Returns a line about the exception that began it, or nothing if there is no other. */
  private static String firstCauseOf(Throwable thrown) {
    try {
      var cause = thrown.getCause();
      if (cause == null) {
        return "";
      }
      for (int i = 0; i < MOST_CAUSES && cause.getCause() != null; i++) {
        cause = cause.getCause();
      }
      return "\nCaused by: "
          + cut(cause.getClass().getName() + ": " + messageOf(cause), MAXIMUM_CAUSE);
    } catch (StackOverflowError | RuntimeException e) {
      return "";
    }
  }

  private static String messageOf(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      return message == null ? thrown.getClass().getSimpleName() : message;
    } catch (StackOverflowError | RuntimeException e) {
      return "(asking for the message threw " + e.getClass().getName() + ")";
    }
  }

  private static String cut(String text, int maximum) {
    if (text.length() <= maximum) {
      return text;
    }
    int end = maximum - MARK.length();
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end)
        + MARK;
  }

  /** Keeps one character more than the limit of a stack trace, so that the cut is marked. */
  private static final class BoundedText extends Writer {
    private final StringBuilder kept = new StringBuilder();

    @Override
    public void write(char[] source, int from, int count) {
      kept.append(source, from, Math.min(count, MAXIMUM_STACK + 1 - kept.length()));
    }

    @Override
    public void write(String text) {
      kept.append(text, 0, Math.min(text.length(), MAXIMUM_STACK + 1 - kept.length()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
      return kept.toString();
    }
  }
}
