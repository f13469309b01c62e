package dev.warrener.worker.process;

/**
 * The ways in which a worker process ends itself. None of these methods returns; the implementation
 * for tests throws an exception.
 */
interface ProcessEnd {
  /** The exit status after STOP, when the current run is done. */
  int STOPPED = 0;

  /** The exit status of the Java VM itself with {@code -XX:+ExitOnOutOfMemoryError}. */
  int OUT_OF_MEMORY = 3;

  /** The exit status if the controller has broken the protocol. */
  int PROTOCOL_BROKEN = 76;

  /** The exit status if the worker can't run with its configuration. */
  int MISCONFIGURED = 78;

  /** Exits normally with a status. */
  void exit(int status);

  /** Prints a sentence on stderr and exits normally, or kills the process if that takes long. */
  void exit(int status, String sentence);

  /** Kills the process at once, because its controller is gone. */
  void kill();

  /** Kills the process, after a short attempt to print a sentence on stderr. */
  void kill(String sentence);

  /** Ends at once with {@link #OUT_OF_MEMORY}: what is in memory can't be relied on. */
  void outOfMemory();
}
