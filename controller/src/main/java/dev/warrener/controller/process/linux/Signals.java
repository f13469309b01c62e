package dev.warrener.controller.process.linux;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends signals to exactly the processes that are meant, even if numbers are reused. */
public final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /**
   * Sends a signal to a process, if it exists.
   *
   * <p>A pidfd is opened first and the start time is compared afterwards: then the pidfd certainly
   * stands for the process that was meant. Where the kernel has no pidfds (before Linux 5.3), the
   * start time is compared and the number is signalled immediately afterwards.
   *
   * @return whether that is done: the kernel has taken the signal, or the process is gone. False if
   *     the signal was refused, or if nobody can tell whose number it is; try again later
   */
  public static boolean send(ProcessId process, int signal) {
    int pidfd = Kernel.openPidfd(process.pid());
    try {
      Stat stat = Stat.of(process.pid());
      if (stat == null || !stat.id().equals(process)) {
        return true;
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
        return false;
      }
      return true;
    } catch (UnreadableException e) {
      return false;
    } finally {
      if (pidfd >= 0) {
        Kernel.close(pidfd);
      }
    }
  }
}
