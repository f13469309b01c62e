package dev.warrener.controller.process.linux;

import java.util.Map;

/**
 * A look at the kernel's files that failed, for another reason than that what was looked at is
 * gone. It proves nothing: neither that a process lives nor that it is dead. Look again later.
 */
public final class UnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final int EPERM = 1;
  private static final int EACCES = 13;

  /** The errors that are seen here, in words that do not depend on the host's language. */
  private static final Map<Integer, String> REASONS =
      Map.of(
          EPERM,
          "not permitted",
          5,
          "input or output error",
          12,
          "no memory",
          EACCES,
          "permission denied",
          23,
          "the host has too many files open",
          24,
          "this process has too many files open");

  private final int error;

  private UnreadableException(String message, int error) {
    super(message, null, false, false);
    this.error = error;
  }

  /** Returns the failure of an open, a read or a listing of a file, with the kernel's number. */
  static UnreadableException of(String path, int error) {
    return new UnreadableException(
        path + " can't be read: " + REASONS.getOrDefault(error, "error " + error), error);
  }

  /** Returns the failure for a process whose files are missing although the process exists. */
  static UnreadableException hidden(String path) {
    return new UnreadableException(
        path + " can't be read: the process exists, but /proc hides it (mount option hidepid)",
        EPERM);
  }

  /** Returns the failure for a file that does not have the form that the kernel gives it. */
  static UnreadableException malformed(String path) {
    return new UnreadableException(path + " can't be read: its text is cut short", 0);
  }

  /** Whether this user may not read the file, so that another try fails in the same way. */
  public boolean isRefused() {
    return error == EPERM || error == EACCES;
  }
}
