package dev.warrener.worker.process;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Handles SIGTERM, SIGINT and SIGHUP like a STOP frame: the worker finishes its current run, then
 * exits. Without this the Java VM would exit in the middle of a run, for example when an operator
 * gives a grace period, or when a service manager signals every process of a unit while the
 * controller drains.
 *
 * <p>The JDK has no supported interface for signals; its module {@code jdk.unsupported} exports
 * {@code sun.misc.Signal} for this purpose.
 */
final class StopSignal implements SignalHandler {
  private static final String[] NAMES = {"TERM", "INT", "HUP"};

  private static volatile boolean isReceived;

  private final RunQueue runs;

  private StopSignal(RunQueue runs) {
    this.runs = runs;
  }

  /** Whether this process was told by a signal to stop. */
  static boolean isReceived() {
    return isReceived;
  }

  static void install(RunQueue runs) {
    var stop = new StopSignal(runs);
    for (String name : NAMES) {
      try {
        Signal.handle(new Signal(name), stop);
      } catch (IllegalArgumentException e) {
        // The VM runs with -Xrs, so signals keep the kernel's default action.
        return;
      }
    }
  }

  @Override
  public void handle(Signal signal) {
    isReceived = true;
    runs.stop();
  }
}
