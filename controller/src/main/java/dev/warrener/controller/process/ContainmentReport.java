package dev.warrener.controller.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The containment that is in force, and the reasons why no better one is.
 *
 * @param tier {@code subreaper}, {@code cgroup}, {@code pid-namespace} or {@code
 *     cgroup+pid-namespace}
 * @param proven whether the kernel itself proves that a process tree is empty
 * @param pids how many processes and threads a worker may have and what enforces it, in words
 * @param unavailable the tiers that were tried and do not work here
 * @param notes sentences about what else is missing here and what follows from that; usually none
 * @param unproven why the kernel proves no death of a worker here, and what would change that; null
 *     if it does prove them
 */
public record ContainmentReport(
    String tier,
    boolean proven,
    String pids,
    List<Unavailable> unavailable,
    List<String> notes,
    @Nullable String unproven) {

  /** Takes copies of the lists. */
  public ContainmentReport {
    unavailable = List.copyOf(unavailable);
    notes = List.copyOf(notes);
  }

  /**
   * A tier that does not work here.
   *
   * @param tier its name
   * @param reason a sentence that says why
   */
  public record Unavailable(String tier, String reason) {}

  /**
   * Whether a task is kept from the processes of other tasks and of the controller: it can neither
   * see nor signal them.
   */
  public boolean keepsTasksApart() {
    return ContainmentChoice.of(tier).hasPidNamespace();
  }
}
