package dev.warrener.worker.process;

/** A run has failed in a way that the worker itself can describe. */
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
