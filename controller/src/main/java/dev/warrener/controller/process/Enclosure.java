package dev.warrener.controller.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A boundary that the kernel keeps around one worker's processes. It kills all processes inside at
 * once, whatever they do, and tells when none is left.
 */
sealed interface Enclosure permits CgroupEnclosure, NamespaceEnclosure {

  /**
   * Kills every process inside. May be called again.
   *
   * @return null if that is done, or nothing is inside any more; else why it could not be done,
   *     which says nothing about the processes: call again later
   */
  @Nullable String kill();

  /**
   * Whether no process is inside any more. Once true it stays true, and the enclosure itself is
   * gone. To be called only after the process that the controller started has ended.
   *
   * @throws dev.warrener.controller.process.linux.UnreadableException if nobody can tell
   */
  boolean isEmpty();

  /** Whether the kernel itself has proved that it is empty; to be called once it is empty. */
  boolean isProven();

  /** Returns the ids of the processes inside, as far as they can be named. */
  List<Long> members();
}
