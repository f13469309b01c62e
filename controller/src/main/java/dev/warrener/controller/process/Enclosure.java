package dev.warrener.controller.process;

import java.util.List;

/**
 * A line that the kernel draws around one worker's processes: it kills all inside at once, whatever
 * they do, and says when none is left.
 */
sealed interface Enclosure permits CgroupEnclosure, NamespaceEnclosure {

  /** Kills everything inside. May be called again. */
  void kill();

  /**
   * Whether nothing is inside any more. Once true it stays so, and nothing is left of the fence
   * itself. To be asked only after the process that the controller started has ended.
   */
  boolean isEmpty();

  /** Whether the kernel itself has said so; to be asked once it is empty. */
  boolean isProven();

  /** The process ids inside, as far as they can be named. */
  List<Long> members();
}
