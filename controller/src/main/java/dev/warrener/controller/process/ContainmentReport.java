package dev.warrener.controller.process;

import java.util.List;

/**
 * Which containment is in force, and why no better one is.
 *
 * @param tier {@code subreaper}, {@code cgroup}, {@code pid-namespace} or {@code
 *     cgroup+pid-namespace}
 * @param proven whether the kernel itself says when a tree is empty
 * @param pids how many processes and threads a worker may have, and who sees to it, as words
 * @param unavailable the tiers that were tried and don't work here
 * @param notes sentences about what else is missing here and what that means; mostly none
 */
public record ContainmentReport(
    String tier, boolean proven, String pids, List<Unavailable> unavailable, List<String> notes) {

  /** Takes copies of the lists. */
  public ContainmentReport {
    unavailable = List.copyOf(unavailable);
    notes = List.copyOf(notes);
  }

  /**
   * A tier that doesn't work here.
   *
   * @param tier its name
   * @param reason a sentence that says why
   */
  public record Unavailable(String tier, String reason) {}
}
