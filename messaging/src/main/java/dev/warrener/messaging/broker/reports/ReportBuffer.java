package dev.warrener.messaging.broker.reports;

import dev.warrener.messaging.broker.reports.OutgoingReport.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be published by a {@link Reporter}: bounded, and the most urgent first. Not
 * thread-safe.
 */
final class ReportBuffer {
  private final int capacity;
  private final Map<Kind, Deque<OutgoingReport>> waiting = new EnumMap<>(Kind.class);

  /** Those that failed and are tried again later, the next one first. */
  private final PriorityQueue<OutgoingReport> later =
      new PriorityQueue<>((one, other) -> Long.compare(one.dueNanos - other.dueNanos, 0));

  private long dropped;

  ReportBuffer(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be 1 or more, not " + capacity);
    }
    this.capacity = capacity;
    for (var kind : Kind.values()) {
      waiting.put(kind, new ArrayDeque<>());
    }
  }

  /** Adds one, and returns the one that had to go for it, or null. */
  @Nullable OutgoingReport add(OutgoingReport statement) {
    var same = of(statement.kind);
    OutgoingReport gone = null;
    if (statement.kind == Kind.PRESENCE) {
      gone = same.pollFirst();
    } else if (size() >= capacity) {
      gone = least();
      dropped++;
    }
    same.addLast(statement);
    return gone;
  }

  /** The one that is missed least: an event, or else the oldest. */
  private @Nullable OutgoingReport least() {
    for (var kind : List.of(Kind.EVENT, Kind.PRESENCE, Kind.RESULT, Kind.ORDER)) {
      var gone = of(kind).pollFirst();
      if (gone != null) {
        return gone;
      }
    }
    return later.poll();
  }

  /** Takes the most urgent one that is due, or null. */
  @Nullable OutgoingReport next(long nowNanos) {
    while (!later.isEmpty() && later.element().dueNanos - nowNanos <= 0) {
      var due = later.remove();
      of(due.kind).addFirst(due);
    }
    for (var kind : Kind.values()) {
      var next = of(kind).pollFirst();
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  /** Puts back one that was taken and failed, until it is due. */
  void putBack(OutgoingReport statement) {
    later.add(statement);
  }

  /** Notes that one that was taken needs no other try. */
  void finished(OutgoingReport statement, boolean published) {
    if (!published && statement.kind != Kind.PRESENCE) {
      dropped++;
    }
  }

  /**
   * The time until the next of those that failed is due; {@link Long#MAX_VALUE} if there is none.
   */
  long nanosUntilDue(long nowNanos) {
    return later.isEmpty() ? Long.MAX_VALUE : Math.max(1, later.element().dueNanos - nowNanos);
  }

  boolean isEmpty() {
    return size() == 0;
  }

  private int size() {
    return later.size() + waiting.values().stream().mapToInt(Deque::size).sum();
  }

  long dropped() {
    return dropped;
  }

  /** Takes all. */
  List<OutgoingReport> drain() {
    var all = new ArrayList<OutgoingReport>(later);
    later.clear();
    waiting
        .values()
        .forEach(some -> {
          all.addAll(some);
          some.clear();
        });
    return all;
  }

  private Deque<OutgoingReport> of(Kind kind) {
    var some = waiting.get(kind);
    if (some == null) {
      throw new IllegalStateException("no place for " + kind);
    }
    return some;
  }
}
