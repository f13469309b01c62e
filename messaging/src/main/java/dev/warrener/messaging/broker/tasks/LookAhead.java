package dev.warrener.messaging.broker.tasks;

/**
 * The number of deliveries of one queue that may wait here, so that their bodies fit into the
 * memory that is there for them. The broker counts messages and knows no bytes. So the number
 * follows from the largest body of late. Before the first delivery it assumes the largest body that
 * RabbitMQ accepts. When more bytes have come all the same, none is consumed until half of them are
 * settled. Not thread-safe.
 */
final class LookAhead {
  /** The assumed size of a queue's bodies before one was seen: the most that RabbitMQ 4 takes. */
  static final long UNKNOWN_BYTES = 16 << 20;

  /** The least size that is assumed, so that a change to larger bodies finds some room. */
  static final long LEAST_BYTES = 64 << 10;

  /** A large body is forgotten after 256 to 512 further deliveries. */
  static final int WINDOW = 256;

  private int wanted;
  private long held;
  private boolean isOver;
  private long largest;
  private long largestBefore;
  private int inWindow;
  private boolean isKnown;

  /** Sets how many may wait if they are small; 0 for none. */
  void want(int messages) {
    wanted = messages;
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
  void settled(long bytes) {
    held -= bytes;
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
   * Whether the consumer is to be replaced. Few changes: each costs the broker some requests.
   *
   * @param now how many may wait by the consumer that there is; 0 if there is none
   */
  boolean isChangeDue(int now, long most) {
    int next = messages(most);
    return next < now || (next > now && (now == 0 || next >= 2 * now || next == wanted));
  }
}
