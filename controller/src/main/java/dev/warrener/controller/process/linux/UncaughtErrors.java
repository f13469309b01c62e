package dev.warrener.controller.process.linux;

/**
 * Tells of an {@link Error} on a thread that must not end by it. The handler of uncaught exceptions
 * decides what comes of it: it ends a controller. Elsewhere the thread goes on. A copy of {@code
 * Errors} of the broker's client, on which the process layer must not depend.
 */
public final class UncaughtErrors {
  private UncaughtErrors() {}

  /** Hands an error to the current thread's handler of uncaught exceptions. */
  public static void tell(Error error) {
    var thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
  }
}
