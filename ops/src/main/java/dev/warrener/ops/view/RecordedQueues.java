package dev.warrener.ops.view;

import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.FleetProbe.QueueDepth;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The names of queues that are recorded at the broker, read again when they are ten seconds old.
 * For one thread.
 */
final class RecordedQueues {
  private static final Duration FRESH_FOR = Duration.ofSeconds(10);

  /** The most queues whose counts are asked for: a thousand take seconds. */
  private static final int MOST_LOOKED_UP = 300;

  private final Supplier<SortedSet<String>> source;
  private SortedSet<String> names = Collections.emptySortedSet();
  private @Nullable String unknown;
  private @Nullable Long readAtNanos;

  /**
   * @param source reads the names at the broker
   */
  RecordedQueues(Supplier<SortedSet<String>> source) {
    this.source = source;
  }

  /**
   * Finds the queues that nobody serves.
   *
   * @param served the queues that a controller serves
   * @param depth returns the counts of a queue
   * @param depths takes the counts of the queues that are found
   */
  UnservedQueues find(
      SortedSet<String> served,
      Function<String, QueueDepth> depth,
      Map<String, QueueDepth> depths) {
    refresh();
    if (unknown != null) {
      return UnservedQueues.unknown(unknown);
    }
    var found = new TreeSet<String>();
    int left = 0;
    int lookedUp = 0;
    for (var name : names) {
      if (served.contains(name)) {
        continue;
      }
      if (lookedUp == MOST_LOOKED_UP) {
        left++;
        continue;
      }
      lookedUp++;
      try {
        depths.put(name, depth.apply(name));
        found.add(name);
      } catch (NoSuchQueueException e) {
        // It was deleted.
      } catch (NotAllowedException e) {
        found.add(name);
      }
    }
    return new UnservedQueues(found, left, null);
  }

  private void refresh() {
    long now = System.nanoTime();
    if (readAtNanos != null && now - readAtNanos < FRESH_FOR.toNanos()) {
      return;
    }
    readAtNanos = now;
    try {
      names = source.get();
      unknown = null;
    } catch (NoSuchQueueException e) {
      unknown = "this broker keeps no list of queues, like one with an earlier release's definitions";
    } catch (NotAllowedException e) {
      unknown = "this user may not read the broker's list of queues";
    } catch (BrokerException e) {
      unknown = String.valueOf(e.getMessage());
    }
  }
}
