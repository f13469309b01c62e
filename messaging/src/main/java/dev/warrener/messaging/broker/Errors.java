package dev.warrener.messaging.broker;

/**
 * Tells of an {@link Error} on a thread that others rely on, such as want of memory or a class that
 * is missing. The handler of uncaught exceptions decides what comes of it: it ends a controller,
 * and in other programs prints the error by default. The thread goes on where it can.
 */
public final class Errors {
  private Errors() {}

  /** Hands an error to the current thread's handler of uncaught exceptions. */
  public static void tell(Error error) {
    var thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
  }
}
