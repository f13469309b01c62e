package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import org.jspecify.annotations.Nullable;

/** A request to the broker or the disk that is answered under a token. */
public sealed interface Pending {
  /** Returns this request, or one that settles nothing if it was about a delivery of a queue. */
  default Pending handedBack(String queue) {
    return this;
  }

  /**
   * A copy was published; the delivery is acknowledged when the broker has the copy.
   *
   * @param task the task's id, or the message's
   * @param order the order that waits for it, or null
   * @param retried the task if the copy goes to a retry queue; null if to the dead letters
   * @param isPurged whether the order drops the task if it can't be copied
   */
  record Copy(
      DeliveryKey delivery,
      String task,
      int attempt,
      @Nullable String order,
      @Nullable Task retried,
      boolean isPurged)
      implements Pending {
    /** Creates a copy that goes to the dead letters. */
    public Copy(DeliveryKey delivery, String task, int attempt, @Nullable String order) {
      this(delivery, task, attempt, order, null, false);
    }

    /** Returns the task that moves. */
    public TaskKey key() {
      return new TaskKey(task, delivery.queue());
    }

    /** Returns a copy that an order waits for. */
    public Copy awaitedBy(String id, boolean purges) {
      return new Copy(delivery, task, attempt, id, retried, purges);
    }

    @Override
    public Pending handedBack(String queue) {
      return delivery.queue().equals(queue)
          ? new Copy(DeliveryKey.gone(queue), task, attempt, order, retried, isPurged)
          : this;
    }
  }

  /** A result was published; the delivery is acknowledged when the broker has the result. */
  record Result(DeliveryKey delivery) implements Pending {
    @Override
    public Pending handedBack(String queue) {
      return delivery.queue().equals(queue) ? new Result(DeliveryKey.gone(queue)) : this;
    }
  }

  /** An order waits for proof that the broker took its settlements on a queue. */
  record Proof(String order, String queue) implements Pending {}

  /** An order waits for proof of one run whose worker died after the order had given it up. */
  record LateProof(String order, KilledRun killed) implements Pending {
    @Override
    public Pending handedBack(String queue) {
      return killed.queue().equals(queue) ? new LateProof(order, killed.handedBack()) : this;
    }
  }

  /** An order waits until the waiting tasks of a queue have been dropped or moved. */
  record Waiting(String order, String queue) implements Pending {}

  /** Restrictions are being written down. */
  record Keeping() implements Pending {}
}
