package dev.warrener.worker.process;

/**
 * The ways in which a worker process ends by its own doing. None of these calls returns; a stand-in
 * for tests throws.
 */
interface ProcessEnd {
  /** Every run that was wanted is done. */
  int STOPPED = 0;

  /** What the virtual machine itself exits with under {@code -XX:+ExitOnOutOfMemoryError}. */
  int OUT_OF_MEMORY = 3;

  /** The controller said something that isn't in the protocol. */
  int PROTOCOL_BROKEN = 76;

  /** The worker can't be what it was configured to be. */
  int MISCONFIGURED = 78;

  /** Exits in order, with that status. */
  void exit(int status);

  /** Exits in order or, if that takes long, at once, after a sentence on the process's stderr. */
  void exit(int status, String sentence);

  /** Ends at once, whatever the process is doing: nobody listens any more. */
  void kill();

  /** Ends at once, after a sentence on the process's own stderr if that can be had quickly. */
  void kill(String sentence);

  /** Ends at once and with {@link #OUT_OF_MEMORY}; what is in memory can't be relied on. */
  void outOfMemory();
}
