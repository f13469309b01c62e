package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The statements of operators that keep workers and tasks from starting. Immutable.
 *
 * @param holds the hold and resume statements in force
 * @param revocations the tasks and batches that must not start any more
 * @param refused the orders that were lately refused for good, oldest refusal first
 * @param retained the part of all three that this controller itself keeps over a restart, as last
 *     written down or being written
 */
public record Restrictions(
    Holds holds,
    Revocations revocations,
    PVector<RetainedRestrictions.Refused> refused,
    RetainedRestrictions retained) {
  /** The most refused orders that are kept. */
  private static final int MOST_REFUSED = 1000;

  /** The most of them that are kept because of their users. */
  private static final int MOST_REFUSED_STRANGERS = 200;

  /** No restrictions. */
  public static final Restrictions NONE =
      new Restrictions(
          Holds.NONE, Revocations.NONE, TreePVector.empty(), RetainedRestrictions.NONE);

  /** Whether a hold keeps a slot from starting a process or a task. */
  public boolean held(Settings settings, Slot slot) {
    // Asked for every slot at each event: an id is made only if a statement may name it.
    return !holds.statements().isEmpty()
        && holds.workerHeld(settings.controller(), slot.queue(), settings.workerId(slot.number()));
  }

  /** Whether all of a queue is held at this controller. */
  public boolean queueHeld(Settings settings, String queue) {
    return holds.queueHeld(settings.controller(), queue);
  }

  /** Whether a hold keeps a task from starting on any worker here. */
  public boolean taskHeld(Settings settings, Task task) {
    return holds.taskHeld(settings.controller(), task);
  }

  /** Whether a hold keeps a task from starting in a slot. */
  public boolean taskHeldOn(Settings settings, Slot slot, Task task) {
    return !holds.statements().isEmpty()
        && holds.taskHeldOn(settings.controller(), settings.workerId(slot.number()), task);
  }

  /** Returns the revocation that keeps a task from starting, or null. */
  public Revocations.@Nullable Revocation revoked(Settings settings, Task task) {
    return revocations.find(settings.controller(), task, task.requeuedAt());
  }

  /** Whether a task that was handed to a slot's worker may still start there. */
  public boolean mayStart(Settings settings, Slot slot, Task task) {
    return !taskHeldOn(settings, slot, task)
        && !taskHeld(settings, task)
        && revoked(settings, task) == null;
  }

  /** Whether the same holds and revocations are in force as in another state. */
  // Asked at each event: an object that is the same has not changed.
  @SuppressWarnings("ReferenceEquality")
  public boolean areThoseOf(Restrictions other) {
    return holds == other.holds && revocations == other.revocations;
  }

  /** Returns when the newest hold, resume or revocation was issued, or null if there is none. */
  public @Nullable Instant newestIssuedAt() {
    var newest = revocations.newestIssuedAt();
    if (holds.statements().isEmpty()) {
      return newest;
    }
    var hold = holds.statements().getFirst().issuedAt();
    return newest == null || hold.isAfter(newest) ? hold : newest;
  }

  /** Returns the part that this controller itself must keep over a restart. */
  public RetainedRestrictions mustKeep() {
    return RetainedRestrictions.of(holds, revocations, refused);
  }

  /** Returns a copy with other holds. */
  public Restrictions with(Holds next) {
    return new Restrictions(next, revocations, refused, retained);
  }

  /** Returns a copy with other revocations. */
  public Restrictions with(Revocations next) {
    return new Restrictions(holds, next, refused, retained);
  }

  /**
   * Returns a copy that keeps one more order that was refused for good. Strangers can't push out
   * the refusals of operators' orders: what is refused because of its user displaces only its like.
   */
  public Restrictions refusing(RetainedRestrictions.Refused order) {
    boolean isStrangers = order.user() != null;
    if (isStrangers && refusalOf(order.order(), order.user()) != null) {
      return this;
    }
    var next = refused.plus(order);
    var alike = next.stream().filter(one -> (one.user() != null) == isStrangers).toList();
    if (alike.size() > (isStrangers ? MOST_REFUSED_STRANGERS : MOST_REFUSED)) {
      next = next.minus(alike.get(0));
    }
    return new Restrictions(holds, revocations, next, retained);
  }

  /** Returns why an order was refused when {@code user} published it, or null if it was not. */
  public @Nullable String refusalOf(String order, @Nullable String user) {
    for (var one : refused) {
      if (one.order().equals(order) && one.user() != null && one.user().equals(user)) {
        return one.because();
      }
    }
    return null;
  }

  /** Returns a copy of which that part has been, or is being, written down. */
  public Restrictions retaining(RetainedRestrictions next) {
    return new Restrictions(holds, revocations, refused, next);
  }
}
