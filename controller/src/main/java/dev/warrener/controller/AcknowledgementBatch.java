package dev.warrener.controller;

import dev.warrener.controller.fleet.state.DeliveryKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects acknowledgements and decides when they are sent. Acknowledgements of one queue that are
 * sent together cost the broker one frame, and a quorum queue one entry in its log. Performs
 * nothing itself: {@link TaskDeliveries} sends what is taken from here. Used by the fleet loop's
 * thread alone.
 */
final class AcknowledgementBatch {
  /**
   * How long an acknowledgement may wait for others: 4 ms, so that several tasks of a millisecond
   * are acknowledged together. If the controller is killed meanwhile, these tasks run again.
   */
  static final long MOST_NANOS = 4_000_000;

  /** The most acknowledgements that may wait, however large the look-ahead is. */
  static final int MOST = 32;

  /**
   * The most acknowledgements that may wait, as a fraction of the smallest look-ahead (one fifth):
   * the broker must have something left to deliver without them.
   */
  static final int PART_OF_LOOK_AHEAD = 5;

  /**
   * The smallest batch for which it pays to wait for older deliveries. With a smaller look-ahead
   * the broker has nothing left to deliver until each acknowledgement arrives.
   */
  static final int WORTH_WAITING = 8;

  /**
   * Acknowledgements that are to be sent now.
   *
   * @param oldestOnly whether only those without an older delivery of their queue need to be sent;
   *     the others may wait for those older ones a few times more, see {@link OldestFirst}
   */
  record Due(List<DeliveryKey> keys, boolean oldestOnly) {}

  private final LongSupplier nanoClock;

  /** The most deliveries that may be unsettled, by queue. */
  private final Map<String, Integer> prefetches = new HashMap<>();

  private List<DeliveryKey> waiting = new ArrayList<>();
  private int most = MOST;

  /** When the oldest waiting acknowledgement was added, or when the last batch was sent. */
  private long since;

  /** Whether acknowledgements of an {@code oldestOnly} batch may still wait for older ones. */
  private boolean someWaitForOlder;

  AcknowledgementBatch(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Keeps the batch small compared with the deliveries of a queue that may be unsettled. */
  void limitTo(String queue, int prefetch) {
    prefetches.put(queue, prefetch);
    int smallest = Collections.min(prefetches.values());
    most = Math.min(MOST, smallest / PART_OF_LOOK_AHEAD);
  }

  /** Returns the most acknowledgements that may wait. */
  int most() {
    return most;
  }

  /** Adds the acknowledgement of a delivery. */
  void add(DeliveryKey key) {
    if (isEmpty()) {
      since = nanoClock.getAsLong();
    }
    waiting.add(key);
  }

  /** Takes the waiting acknowledgements if enough wait, or long enough. Returns null otherwise. */
  @Nullable Due takeIfDue() {
    if (isEmpty() || (nanosLeft() > 0 && waiting.size() < most)) {
      return null;
    }
    if (most < WORTH_WAITING || waiting.size() <= most / 2) {
      return takeAll();
    }
    someWaitForOlder = true;
    since = nanoClock.getAsLong();
    return new Due(takeWaiting(), true);
  }

  /** Takes all acknowledgements, because another request is about to follow them. */
  @Nullable Due takeAll() {
    if (isEmpty()) {
      return null;
    }
    someWaitForOlder = false;
    return new Due(takeWaiting(), false);
  }

  /** Returns in how many nanoseconds to call {@link #takeIfDue} again, at the latest. */
  long nanosUntilDue() {
    return isEmpty() ? Long.MAX_VALUE : Math.max(0, nanosLeft());
  }

  private boolean isEmpty() {
    return waiting.isEmpty() && !someWaitForOlder;
  }

  private long nanosLeft() {
    return MOST_NANOS - (nanoClock.getAsLong() - since);
  }

  private List<DeliveryKey> takeWaiting() {
    var taken = waiting;
    waiting = new ArrayList<>();
    return taken;
  }
}
