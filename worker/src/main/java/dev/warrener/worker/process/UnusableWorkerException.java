package dev.warrener.worker.process;

/** A worker can't be what it was asked to be; the message is a sentence for the deployer. */
final class UnusableWorkerException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableWorkerException(String message) {
    super(message);
  }
}
