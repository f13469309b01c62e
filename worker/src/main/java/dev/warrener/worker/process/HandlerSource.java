package dev.warrener.worker.process;

/** Where a worker process gets its handlers from. */
interface HandlerSource {
  /**
   * Makes the handlers; called once.
   *
   * @throws UnusableWorkerException if they can't be made
   */
  Handlers load() throws UnusableWorkerException;
}
