package dev.warrener.controller.death;

/**
 * Names one worker process: its slot, and which process of that slot it is. Never used twice within
 * a run of a controller.
 *
 * @param slot counted from 1
 * @param incarnation counted from 1, separately for each slot
 */
public record WorkerKey(int slot, long incarnation) {

  /** Checks that both count from 1. */
  public WorkerKey {
    if (slot < 1 || incarnation < 1) {
      throw new IllegalArgumentException(
          "slot and incarnation count from 1, not " + slot + " and " + incarnation);
    }
  }

  /** Returns slot and incarnation, for example {@code 2.7} for the seventh process of slot 2. */
  @Override
  public String toString() {
    return slot + "." + incarnation;
  }
}
