package dev.warrener.worker.process;

/** Starts the threads of the worker process itself. */
final class Threads {
  private Threads() {}

  /** Starts a platform thread that doesn't keep the process alive. */
  static void startDaemon(String name, Runnable work) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
