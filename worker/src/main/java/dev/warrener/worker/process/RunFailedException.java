package dev.warrener.worker.process;

/** Thrown when a run has failed for a reason that the worker itself describes. */
final class RunFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  RunFailedException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
