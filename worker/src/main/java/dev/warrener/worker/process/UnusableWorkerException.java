package dev.warrener.worker.process;

/** Thrown when a worker can't start with its configuration; the message tells a person why. */
final class UnusableWorkerException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableWorkerException(String message) {
    super(message);
  }
}
