package dev.warrener.worker.process;

/** Loads the handlers of a worker process. */
interface HandlerSource {
  /**
   * Creates the handlers. Called once.
   *
   * @throws UnusableWorkerException if a handler can't be created
   */
  Handlers load() throws UnusableWorkerException;
}
