package dev.warrener.messaging.broker.tasks;

/**
 * The number of deliveries of one queue that may wait here, so that their bodies fit into the
 * memory that is there for them. The broker counts messages and knows no bytes. So the number
 * follows from the largest body of late. Before the first delivery it assumes the largest body that
 * RabbitMQ accepts. When more bytes have come all the same, none is consumed until half of them are
 * settled.
 *
 * <p>A consumer of RabbitMQ counts only its own deliveries. When fewer are wanted, or the wanted
 * number changes in any other way, the deliveries of the consumers before count until they are
 * settled. Not thread-safe.
 */
final class LookAhead {
  /** The assumed size of a queue's bodies before one was seen: the most that RabbitMQ 4 takes. */
  static final long UNKNOWN_BYTES = 16 << 20;

  /** The least size that is assumed, so that a change to larger bodies finds some room. */
  static final long LEAST_BYTES = 64 << 10;

  /** A large body is forgotten after 256 to 512 further deliveries. */
  static final int WINDOW = 256;

  /**
   * A number of deliveries that is missing because former ones were settled is not worth a consumer
   * of its own if it is a smaller part of the look-ahead than this.
   */
  private static final int WORTH_A_CONSUMER = 128;

  private int wanted;
  private int former;
  private long formerUpTo;
  private long held;
  private boolean isOver;
  private long largest;
  private long largestBefore;
  private int inWindow;
  private boolean isKnown;

  /** Returns how many may wait if they are small; 0 for none. */
  int wanted() {
    return wanted;
  }

  /** Sets how many may wait if they are small; 0 for none. */
  void want(int messages) {
    wanted = messages;
  }

  /**
   * Counts the deliveries of former consumers.
   *
   * @param unsettled how many wait to be settled
   * @param newest the tag of the newest of them
   */
  void countFormer(int unsettled, long newest) {
    former = unsettled;
    formerUpTo = newest;
  }

  /** Notes a delivery. */
  void delivered(long bytes) {
    held += bytes;
    largest = Math.max(largest, bytes);
    inWindow++;
    isKnown = true;
    if (inWindow == WINDOW) {
      inWindow = 0;
      largestBefore = largest;
      largest = 0;
    }
  }

  /** Notes that a delivery was settled. */
  void settled(long tag, long bytes) {
    held -= bytes;
    former -= tag <= formerUpTo ? 1 : 0;
  }

  /**
   * Returns how many may wait now; 0 if none is to be consumed.
   *
   * @param most the memory for the bodies of this queue
   */
  int messages(long most) {
    isOver = isOver ? held > most / 2 : held > most;
    if (wanted == 0 || (isOver && held > 0)) {
      return 0;
    }
    long size = isKnown ? Math.max(LEAST_BYTES, Math.max(largest, largestBefore)) : UNKNOWN_BYTES;
    return (int) Math.max(1, Math.min(most / size, wanted));
  }

  /**
   * Returns how many deliveries of the present consumers may wait: {@link #messages} without those
   * of former consumers.
   */
  int messagesOfConsumers(long most) {
    return Math.max(0, messages(most) - former);
  }

  /**
   * Whether the consumers are to be changed. Few changes: each costs the broker some requests.
   *
   * @param now how many may wait by the consumers that there are; 0 if there are none
   */
  boolean isChangeDue(int now, long most) {
    if (messagesOfConsumers(most) < now) {
      return true;
    }
    int next = messages(most);
    int missing = next - now - former;
    return missing > 0
        && (now == 0
            || next >= 2 * (now + former)
            || (next == wanted && missing > next / WORTH_A_CONSUMER));
  }
}
