package dev.warrener.controller.process.linux;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends signals to exactly the processes that are meant, even if numbers are reused. */
public final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  /** The processes of which the log says already that they can't be signalled. */
  private static final Set<ProcessId> REFUSED = ConcurrentHashMap.newKeySet();

  private static final int MOST_REFUSED = 10_000;

  private Signals() {}

  /** Whether a process was not refused before. Signals are sent again and again. */
  private static boolean isNew(ProcessId process) {
    if (REFUSED.size() >= MOST_REFUSED) {
      REFUSED.clear();
    }
    return REFUSED.add(process);
  }

  /**
   * Opens a pidfd of exactly this process.
   *
   * @return negative if there is none: the kernel has no pidfds, or the process is gone
   */
  public static int openPidfd(ProcessId process) {
    int pidfd = Kernel.openPidfd(process.pid());
    if (pidfd >= 0 && !isCertainly(process)) {
      Kernel.close(pidfd);
      return -1;
    }
    return pidfd;
  }

  private static boolean isCertainly(ProcessId process) {
    try {
      Stat stat = Stat.of(process.pid());
      return stat != null && stat.id().equals(process);
    } catch (UnreadableException e) {
      return false;
    }
  }

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
    return whyNotSent(process, signal) == null;
  }

  /** Sends a signal as {@link #send} does. Returns why that is not done; null if it is. */
  public static @Nullable String whyNotSent(ProcessId process, int signal) {
    int pidfd = Kernel.openPidfd(process.pid());
    try {
      Stat stat = Stat.of(process.pid());
      if (stat == null || !stat.id().equals(process)) {
        return null;
      }
      int error =
          pidfd >= 0 ? Kernel.sendSignal(pidfd, signal) : Kernel.kill(process.pid(), signal);
      if (error == 0 || error == Kernel.ESRCH) {
        return null;
      }
      if (isNew(process)) {
        LOG.warn(
            "signal {} to process {} ({}) was refused with error {}",
            signal,
            process.pid(),
            stat.command(),
            error);
      }
      return "it was refused with error " + error;
    } catch (UnreadableException e) {
      return String.valueOf(e.getMessage());
    } finally {
      if (pidfd >= 0) {
        Kernel.close(pidfd);
      }
    }
  }
}
