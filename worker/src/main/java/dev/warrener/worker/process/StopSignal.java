package dev.warrener.worker.process;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Makes a signal that asks a process to end mean what STOP means: finish the current run, then
 * exit. Without it the virtual machine would exit in the middle of a run, be it because an operator
 * grants a grace, or because a service manager signals every process of a unit while the controller
 * is still draining.
 *
 * <p>The JDK has no supported way to do this; {@code sun.misc.Signal} is what its module {@code
 * jdk.unsupported} exports for it.
 */
final class StopSignal implements SignalHandler {
  private static final String[] NAMES = {"TERM", "INT", "HUP"};

  private final RunQueue runs;

  private StopSignal(RunQueue runs) {
    this.runs = runs;
  }

  static void install(RunQueue runs) {
    var stop = new StopSignal(runs);
    for (String name : NAMES) {
      try {
        Signal.handle(new Signal(name), stop);
      } catch (IllegalArgumentException e) {
        // Started with -Xrs: the deployer wants the kernel's own way of it.
        return;
      }
    }
  }

  @Override
  public void handle(Signal signal) {
    runs.stop();
  }
}
