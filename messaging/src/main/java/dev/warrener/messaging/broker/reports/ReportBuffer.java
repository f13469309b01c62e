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
 * The reports that wait to be published by a {@link Reporter}: bounded, the most urgent first. Not
 * thread-safe.
 */
final class ReportBuffer {
  /** The most results that wait for a missing reply queue: each is published every few seconds. */
  private static final int MOST_ORPHANS = 200;

  private static final long MOST_ORPHAN_BYTES = 16L << 20;

  private final int capacity;
  private final Map<Kind, Deque<OutgoingReport>> waiting = new EnumMap<>(Kind.class);

  /** The reports that failed and are tried again later, the next one first. */
  private final PriorityQueue<OutgoingReport> later =
      new PriorityQueue<>((one, other) -> Long.compare(one.dueNanos - other.dueNanos, 0));

  private long dropped;

  /** The number and the bytes of the results that wait for a reply queue that was missing. */
  private int orphans;

  private long orphanBytes;

  ReportBuffer(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be 1 or more, not " + capacity);
    }
    this.capacity = capacity;
    for (var kind : Kind.values()) {
      waiting.put(kind, new ArrayDeque<>());
    }
  }

  /** Adds a report. Returns the report that was dropped for it, or null. */
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

  /** Removes and returns the least important report: the oldest event, or else the oldest. */
  private @Nullable OutgoingReport least() {
    for (var kind : List.of(Kind.EVENT, Kind.PRESENCE, Kind.RESULT, Kind.ORDER)) {
      var gone = of(kind).pollFirst();
      if (gone != null) {
        return gone;
      }
    }
    var last = later.poll();
    return last == null ? null : taken(last);
  }

  /** Removes and returns the most urgent report that is due, or null. */
  @Nullable OutgoingReport next(long nowNanos) {
    while (!later.isEmpty() && later.element().dueNanos - nowNanos <= 0) {
      var due = taken(later.remove());
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

  /**
   * Puts back a report that failed, until it is due. Returns false if it is dropped instead.
   *
   * @param isOrphan whether it is a result whose reply queue is missing: only some of these wait
   */
  boolean putBack(OutgoingReport statement, boolean isOrphan) {
    if (isOrphan) {
      long bytes = statement.message.body().length();
      if (orphans >= MOST_ORPHANS || orphanBytes + bytes > MOST_ORPHAN_BYTES) {
        dropped++;
        return false;
      }
      statement.isOrphan = true;
      orphans++;
      orphanBytes += bytes;
    }
    later.add(statement);
    return true;
  }

  private OutgoingReport taken(OutgoingReport statement) {
    if (statement.isOrphan) {
      statement.isOrphan = false;
      orphans--;
      orphanBytes -= statement.message.body().length();
    }
    return statement;
  }

  /** Notes that a report is not tried again. */
  void finished(OutgoingReport statement, boolean published) {
    if (!published && statement.kind != Kind.PRESENCE) {
      dropped++;
    }
  }

  /**
   * Returns the time until the next failed report is due; {@link Long#MAX_VALUE} if there is none.
   */
  long nanosUntilDue(long nowNanos) {
    return later.isEmpty() ? Long.MAX_VALUE : Math.max(1, later.element().dueNanos - nowNanos);
  }

  /** Whether nothing waits but results that may find nobody. */
  boolean isEmpty() {
    return size() == orphans;
  }

  private int size() {
    return later.size() + waiting.values().stream().mapToInt(Deque::size).sum();
  }

  long dropped() {
    return dropped;
  }

  /** Removes and returns all reports. */
  List<OutgoingReport> drain() {
    var all = new ArrayList<OutgoingReport>(later);
    all.forEach(this::taken);
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
