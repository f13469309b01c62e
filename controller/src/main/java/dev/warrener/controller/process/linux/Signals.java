package dev.warrener.controller.process.linux;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends signals to processes and to nobody else, however numbers are reused. */
public final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /**
   * Sends a signal to that very process, if it exists.
   *
   * <p>A pidfd is taken first and the start time compared after: then the pidfd stands for the
   * process that was meant. Where the kernel has none (before Linux 5.3), number and start time are
   * compared and the number signalled at once after it.
   */
  public static void send(ProcessId process, int signal) {
    int pidfd = Kernel.openPidfd(process.pid());
    try {
      Stat stat = Stat.of(process.pid());
      if (stat == null || !stat.id().equals(process)) {
        return;
      }
      int error =
          pidfd >= 0 ? Kernel.sendSignal(pidfd, signal) : Kernel.kill(process.pid(), signal);
      if (error != 0 && error != Kernel.ESRCH) {
        LOG.warn(
            "signal {} to process {} ({}) was refused with error {}",
            signal,
            process.pid(),
            stat.command(),
            error);
      }
    } finally {
      if (pidfd >= 0) {
        Kernel.close(pidfd);
      }
    }
  }
}
